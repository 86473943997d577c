"""Alembic's environment: one connection to the database that `db.migrate` names."""

from alembic import context
from sqlalchemy import create_engine

from bilim.tables import METADATA


def run() -> None:
    """Run the migrations in one transaction each."""
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
