"""Starting: an SQLite file is brought up to date, a database server only checked; one first superuser (whoever comes first)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from bilim.accounts.models import User
from bilim.app.services import open_database
from bilim.db import migrate
from bilim.prepare import prepare
from conftest import settings_for

ROOT = Path(__file__).parents[1]


def people(settings: object) -> int:
    database = open_database(settings)  # type: ignore[arg-type]
    with database.read() as tx:
        found = tx.scalar(select(func.count()).select_from(User))
    database.close()
    return found


def test_an_empty_sqlite_file_gets_its_tables_and_the_superuser_and_nothing_else(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path}/new/bilim.db", tmp_path)
    prepare(settings)
    prepare(settings)
    assert people(settings) == 1


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    environment = {**os.environ, "BILIM_HOME": str(tmp_path), "ENVIRONMENT": "test"}
    started = [
        subprocess.Popen([sys.executable, "-m", "bilim.cli", "demo"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [(process.wait(60), process.stderr and process.stderr.read()) for process in started] == [(0, b"")] * 3
    for process in started:
        assert process.stderr
        process.stderr.close()
    assert people(settings_for(f"sqlite:///{tmp_path}/var/bilim.db", tmp_path)) == 30, "the superuser and the demo's people, once"


def test_a_database_server_that_is_not_up_to_date_is_refused_with_what_to_do(postgres: Engine, tmp_path: Path) -> None:
    name = f"bilim_test_{os.getpid()}_old"
    with postgres.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = postgres.url.set(database=name).render_as_string(hide_password=False)
    try:
        with pytest.raises(migrate.NotReady, match=r"has no tables yet\. Run `bilim migrate` first"):
            prepare(settings_for(url, tmp_path))
        migrate.upgrade(url)
        prepare(settings_for(url, tmp_path))
        assert people(settings_for(url, tmp_path)) == 1
    finally:
        with postgres.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_a_database_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(migrate.NotReady, match=r"^DATABASE_URL: the database does not answer"):
        prepare(settings_for("postgresql+psycopg://nobody@127.0.0.1:1/nothing", tmp_path))


def test_an_unsafe_production_server_does_not_start_and_says_why(tmp_path: Path) -> None:
    environment = {**os.environ, "BILIM_HOME": str(tmp_path), "ENVIRONMENT": "production"}
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", "1"]
    refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode != 0
    assert "SECRET_KEY: the default is known to everyone" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["serve", "--help"]])
def test_the_command_explains_itself_from_any_folder(tmp_path: Path, arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "bilim.cli", *arguments], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
