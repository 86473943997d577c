"""Tokens: whose they are and of which session, until they expire; nobody else can make or change one (CONTRACT section 6)."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.accounts.tokens import Claims, Kind, Tokens
from bilim.kit import clock
from bilim.kit.actors import Role
from bilim.kit.errors import Unauthenticated
from kit.repeatable import repeatable

SECRET = "a secret key of the tests, long enough for all"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LIFETIMES: dict[Kind, timedelta] = {"access": timedelta(days=1), "refresh": timedelta(days=3)}
KINDS: list[Kind] = ["access", "refresh"]
SOMEBODY = Claims(user_id=7, session_id=11)
tokens = Tokens(SECRET, LIFETIMES["access"], LIFETIMES["refresh"])

ids = st.integers(1, 2**63 - 1)
everyone = st.builds(Claims, user_id=ids, session_id=ids)


@pytest.fixture(autouse=True)
def _nine_o_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def refuses(kind: Kind, token: str, reader: Tokens = tokens) -> bool:
    try:
        reader.read(kind, token)
    except Unauthenticated as error:
        return error.code == "token_invalid"
    return False


def part(content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def payload_of(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def signed(header: dict[str, Any], payload: dict[str, Any], digest: str = "sha256", secret: str = SECRET) -> str:
    """A token signed by hand: right for HS256 and our secret, forged with anything else."""
    signing_input = f"{part(header)}.{part(payload)}"
    return f"{signing_input}.{part(hmac.new(secret.encode(), signing_input.encode(), digest).digest())}"


@repeatable
@given(st.sampled_from(KINDS), everyone, st.sampled_from(Role))
def test_a_token_says_whose_it_is(kind: Kind, claims: Claims, role: Role) -> None:
    assert tokens.read(kind, tokens.make(kind, claims, role)) == claims


@repeatable
@given(everyone, st.sampled_from(Role))
def test_access_and_refresh_do_not_stand_for_each_other(claims: Claims, role: Role) -> None:
    assert refuses("access", tokens.make("refresh", claims, role))
    assert refuses("refresh", tokens.make("access", claims, role))


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_works_until_it_expires(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    token = tokens.make(kind, SOMEBODY, Role.STUDENT)
    monkeypatch.setattr(clock, "now", lambda: NOW + LIFETIMES[kind] - timedelta(seconds=1))
    assert tokens.read(kind, token) == SOMEBODY
    monkeypatch.setattr(clock, "now", lambda: NOW + LIFETIMES[kind])
    assert refuses(kind, token)


def test_the_token_carries_the_role_in_the_centres_word() -> None:
    words = {role: payload_of(tokens.make("access", SOMEBODY, role))["role"] for role in Role}
    assert words == {Role.STUDENT: "student", Role.TEACHER: "employee", Role.ADMIN: "owner", Role.SUPERADMIN: "owner"}


def test_a_token_signed_by_hand_with_our_secret_is_read() -> None:
    """So that the forgeries below are refused for what is wrong with them, not for how they are made."""
    payload = payload_of(tokens.make("access", SOMEBODY, Role.STUDENT))
    assert tokens.read("access", signed({"alg": "HS256", "typ": "JWT"}, payload)) == SOMEBODY


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "HS1", "RS256"])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_without_our_signature_is_refused(algorithm: str, signature: str) -> None:
    payload = payload_of(tokens.make("access", SOMEBODY, Role.SUPERADMIN))
    assert refuses("access", f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(payload)}.{signature}")


@pytest.mark.parametrize(
    ("header", "digest", "secret"),
    [
        ({"alg": "HS512"}, "sha512", SECRET),
        ({"alg": "HS384"}, "sha384", SECRET),
        ({"alg": "HS256"}, "sha256", "another secret key, just as long as the first"),
        ({"alg": "HS256"}, "sha256", ""),
        ({"alg": "HS256", "crit": ["exp"]}, "sha256", SECRET),
        ({"alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}, "sha256", base64.urlsafe_b64decode("AAAA").decode()),
        ({}, "sha256", SECRET),
    ],
)
def test_a_token_signed_otherwise_is_refused(header: dict[str, Any], digest: str, secret: str) -> None:
    assert refuses("access", signed(header, payload_of(tokens.make("access", SOMEBODY, Role.STUDENT)), digest, secret))


@repeatable
@given(st.data())
def test_no_bit_of_a_token_can_be_changed(data: st.DataObject) -> None:
    pieces = [
        base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)) for piece in tokens.make("access", SOMEBODY, Role.STUDENT).split(".")
    ]
    which = data.draw(st.integers(0, 2), label="piece")
    bit = data.draw(st.integers(0, 8 * len(pieces[which]) - 1), label="bit")
    changed = bytearray(pieces[which])
    changed[bit // 8] ^= 1 << bit % 8
    pieces[which] = bytes(changed)
    assert refuses("access", ".".join(part(piece) for piece in pieces))


@repeatable
@given(everyone)
def test_nobody_becomes_somebody_else_by_joining_two_tokens(other: Claims) -> None:
    mine = tokens.make("access", SOMEBODY, Role.STUDENT).split(".")
    theirs = tokens.make("access", other, Role.SUPERADMIN).split(".")
    assert other == SOMEBODY or refuses("access", ".".join([mine[0], theirs[1], mine[2]]))


CLAIMS = {"sub": "7", "sid": 11, "type": "access", "role": "student", "iat": 1, "exp": 4_000_000_000}


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("sub", "sid", "type", "exp")),
        {"sub": "nobody"},
        {"sub": {}},
        {"sid": "x"},
        {"sid": []},
        {"exp": "soon"},
        {"type": ["access"]},
        {"exp": [4_000_000_000]},
    ],
    ids=str,
)
def test_odd_claims_are_refused_even_where_we_signed_them(changes: dict[str, Any]) -> None:
    assert refuses("access", signed({"alg": "HS256", "typ": "JWT"}, CLAIMS | changes))


@repeatable
@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_=-]{0,20}(\.[A-Za-z0-9_=-]{0,20}){0,4}", fullmatch=True))
def test_whatever_else_is_sent_is_no_token(text: str) -> None:
    assert refuses("access", text)


@pytest.mark.parametrize("text", ["[" * 50_000, part(b"[" * 50_000) + ".e30.", f"{part({'alg': 'HS256'})}.{part(b'[' * 50_000)}.AAAA"])
def test_deeply_nested_rubbish_is_no_token(text: str) -> None:
    assert refuses("access", text)
