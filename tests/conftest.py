"""Fixtures: each test of the API or the data layer runs on SQLite and on PostgreSQL, on a fresh copy of an empty database."""

import gc
import itertools
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bilim.accounts import passwords
from bilim.app import make_app, use_services
from bilim.app.services import make_services
from bilim.db import connections, migrate
from bilim.db.engine import Database
from bilim.http.outer import OuterMiddleware
from bilim.kit import clock
from bilim.prepare import first_superuser
from bilim.settings import Settings
from compiling import compile_once
from reused import Reused, reused
from world import World

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
SECRET = "a secret key of the tests, long enough for all"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SetClock = Callable[[datetime], None]
_numbers = itertools.count()
_app: Litestar | None = None

# Hashing as the product does would make most of the suite's time.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
compile_once()
# Nothing in a test asks what a power cut leaves, so no commit needs to wait for the disk.
connections._SQLITE_PRAGMAS = (*connections._SQLITE_PRAGMAS, "synchronous=OFF")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        short = metafunc.definition.get_closest_marker("short_on")
        databases = [
            pytest.param(name, marks=[] if short is None or name in short.args else pytest.mark.soak) for name in ("sqlite", "postgresql")
        ]
        metafunc.parametrize("backend", databases, scope="session")


def pytest_collection_finish() -> None:
    """Thousands of tests and all modules live to the end: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _same_logging() -> Iterator[None]:
    """What a test sets about logging ends with it, whatever order tests run in."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    """The server on which databases are made and dropped; without one, its tests say so and are skipped."""
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError as error:
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail(f"PostgreSQL does not answer: {error.orig}")
        pytest.skip("PostgreSQL does not answer at TEST_POSTGRES_URL")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and the first superuser."""
    file = tmp_path_factory.mktemp("template") / "bilim.db"
    url = f"sqlite:///{file}"
    migrate.upgrade(url)
    _fill(url)
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Engine) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables and the first superuser."""
    name = f"bilim_test_{os.getpid()}_template"
    _execute(postgres, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    url = postgres_url(name)
    migrate.upgrade(url)
    _fill(url)
    yield name
    _execute(postgres, f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def postgres_reused(postgres: Engine, postgres_template: str) -> Iterator[Reused]:
    """A database that tests use one after the other."""
    with _postgres_copy(postgres, postgres_template) as url, reused(url) as database:
        yield database


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database of the backend. A test that changes the tables themselves is marked `own_database`."""
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "bilim.db")
        yield f"sqlite:///{tmp_path / 'bilim.db'}"
    elif request.node.get_closest_marker("own_database"):
        with _postgres_copy(request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")) as url:
            yield url
    else:
        database: Reused = request.getfixturevalue("postgres_reused")
        database.renew()
        yield database.url


@contextmanager
def _postgres_copy(server: Engine, template: str) -> Iterator[str]:
    name = f"bilim_test_{os.getpid()}_{next(_numbers)}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}", f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield postgres_url(name)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """The database alone, for tests of the data layer."""
    database = Database(settings.database_url, settings.zone, 8)
    yield database
    database.close()


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """The whole application, and people to call it."""
    with serving(settings) as world:
        yield world


@pytest.fixture
def sqlite_world(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """The same on SQLite alone: for rules that no database can change."""
    shutil.copy(sqlite_template, tmp_path / "bilim.db")
    with serving(settings_for(f"sqlite:///{tmp_path / 'bilim.db'}", tmp_path)) as world:
        yield world


@contextmanager
def serving(settings: Settings) -> Iterator[World]:
    """The application on these settings. Its routes are built once a process; only what they run on is made for each test."""
    global _app  # noqa: PLW0603 - one for all tests of the process
    services = make_services(settings)
    if _app is None:
        _app = make_app(services)
    use_services(_app, services)
    with TestClient(OuterMiddleware(_app), base_url="http://testserver", follow_redirects=False) as client:
        yield World(client, _app)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Noon, until it is set otherwise."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(NOON)
    return set_to


def settings_for(database_url: str, home: Path) -> Settings:
    return Settings(environment="test", bilim_home=home, database_url=database_url, secret_key=SECRET, public_url="https://school.example")


def postgres_url(database: str) -> str:
    return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)


def _fill(url: str) -> None:
    first_superuser(settings_for(url, Path("/nowhere")))


def _execute(engine: Engine, *statements: str) -> None:
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
