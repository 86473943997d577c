"""Alembic's environment: one connection to the database that `db.migrate` names."""

from alembic import context
from sqlalchemy import create_engine, event

from bilim.db.base import Base


def run() -> None:
    """Run the migrations in one transaction each."""
    engine = create_engine(context.config.attributes["url"])
    if engine.dialect.name == "sqlite":
        # The driver would commit each CREATE TABLE by itself: a migration killed half-way could never run again.
        event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
