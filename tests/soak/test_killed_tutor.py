"""A server that is killed while a model thinks: what it had reserved for the answer comes back, and is spent on nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from http.client import HTTPException
from typing import Any, Self

import pytest
from sqlalchemy import select

from bilim.accounts.actions import store_person
from bilim.accounts.inputs import PersonInput
from bilim.accounts.sessions import begin_session
from bilim.app.factories import make_tokens
from bilim.db.engine import Database
from bilim.kit import clock
from bilim.kit.actors import Role
from bilim.plans.queries.quotas import own_usage
from bilim.settings import Settings
from bilim.tutor.actions import tokens
from bilim.tutor.models import PersonTokens, SchoolTokens, TokenReservation
from guarded import actor
from soak.running import HOST, Client, Server
from world import PASSWORD, PASSWORD_HASH

_PATIENCE = 30


class SilentModel:
    """Takes questions and never answers."""

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(_PATIENCE)
        self.prelude = "\n".join(
            ["import os", f"os.environ |= {{'LLM_BASE_URL': 'http://{HOST}:{self._listener.getsockname()[1]}/v1', 'LLM_MODEL': 'silent'}}"]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @contextmanager
    def asked(self) -> Iterator[bytes]:
        """The beginning of the next question, which waits for its answer as long as the block runs."""
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(_PATIENCE)
            yield connection.recv(4096)


def books(db: Database) -> tuple[list[Any], list[Any], int]:
    """What is reserved for people and for the school, and by how many reservations."""
    with db.read() as tx:
        return (
            tx.scalars(select(PersonTokens.reserved)),
            tx.scalars(select(SchoolTokens.reserved)),
            len(tx.scalars(select(TokenReservation.id))),
        )


def test_what_a_killed_server_reserved_for_an_answer_comes_back(settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with db.write() as tx:
        person = PersonInput(username="student", email="student@example.com", password=PASSWORD)
        student = actor(Role.STUDENT, store_person(tx, person, PASSWORD_HASH))
        token = begin_session(tx, make_tokens(settings), student.id).access

    def ask(port: int) -> None:
        with closing(Client(port, token)) as client, suppress(OSError, HTTPException):
            client.call("POST", "/api/v1/ai/ask", {"prompt": "What does although mean?"})

    with SilentModel() as model, Server(settings, prelude=model.prelude) as server:
        asking = threading.Thread(target=ask, args=(server.port,))
        asking.start()
        with model.asked() as question:
            assert question.startswith(b"POST /v1/chat/completions ")
            (mine,), (school,), count = books(db)
            server.kill()
        asking.join(_PATIENCE)
    assert (mine == school, mine > 0, count) == (True, True, 1), "it was reserved before the model was asked"
    assert books(db) == ([mine], [school], 1), "nobody was left to give it back"
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with db.write() as tx:
        assert tokens.sweep(tx) == 1
    assert books(db) == ([0], [0], 0)
    with db.read() as tx:
        replies = tx.scalars(select(PersonTokens.replies))
        assert (replies, own_usage(tx, student).gpt4o_requests_left) == ([0], 50)
