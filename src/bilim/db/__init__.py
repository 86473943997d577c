"""The database: engine, unit of work, table base, migrations."""
