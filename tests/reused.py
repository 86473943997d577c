"""A PostgreSQL database that one test after the other uses: emptying it takes a hundredth of the time that making another one takes."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import create_engine, text

# What a fresh database holds is kept beside its tables, in a schema of its own.
_KEEP = """
DO $$ DECLARE found record; is_filled boolean;
BEGIN
  CREATE SCHEMA fresh;
  CREATE TABLE fresh.next_ids (sequence regclass, value bigint);
  FOR found IN
    SELECT sequence.oid::regclass AS sequence, owner.relname AS name, attname AS id
    FROM pg_class AS sequence JOIN pg_depend ON pg_depend.objid = sequence.oid AND deptype IN ('a', 'i')
    JOIN pg_class AS owner ON owner.oid = refobjid JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE sequence.relkind = 'S'
  LOOP
    EXECUTE format('INSERT INTO fresh.next_ids SELECT %L, coalesce(max(%I), 0) + 1 FROM public.%I', found.sequence, found.id, found.name);
  END LOOP;
  FOR found IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', found.name) INTO is_filled;
    IF is_filled THEN
      EXECUTE format('CREATE TABLE fresh.%I AS TABLE public.%I', found.name, found.name);
    END IF;
  END LOOP;
END $$
"""
# Without triggers, so that foreign keys ask for no order. Written out, so that the connection plans each statement once.
_RENEW = """
CREATE FUNCTION fresh.renew() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  {statements};
  PERFORM setval(sequence, value, false) FROM fresh.next_ids WHERE pg_sequence_last_value(sequence) IS NOT NULL;
END $$
"""
_TABLES = "SELECT format('{}', tablename) FROM pg_tables WHERE schemaname = '{}' AND tablename NOT IN ('alembic_version', 'next_ids')"


class Reused:
    """Such a database, and the connection that empties it. A test may have killed that one too: it is looked at before each use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)

    def renew(self) -> None:
        """Bring it back to what it held when it was fresh; whoever else is still connected is disconnected."""
        with self._engine.connect() as connection:
            connection.execute(text("SELECT fresh.renew()"))

    def keep(self) -> None:
        """Remember what it holds, and how to come back to that."""
        with self._engine.connect() as connection:
            connection.execute(text(_KEEP))
            emptied = connection.scalars(text(_TABLES.format("DELETE FROM public.%I", "public"))).all()
            filled = connection.scalars(text(_TABLES.format("INSERT INTO public.%1$I SELECT * FROM fresh.%1$I", "fresh"))).all()
            connection.execute(text(_RENEW.format(statements="; ".join([*emptied, *filled]))))

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()


@contextmanager
def reused(url: str) -> Generator[Reused]:
    """A fresh database, from now on to be renewed rather than made anew."""
    database = Reused(url)
    database.keep()
    yield database
    database.close()
