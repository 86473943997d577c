"""Signed addresses open what they name, until they expire, and nothing else (CONTRACT section 5)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bilim.http.signing import Signer
from bilim.kit import clock
from kit.repeatable import repeatable

MINUTES = 60
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
signer = Signer("a secret key of the tests, long enough for all", MINUTES)

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(lambda name: not name.endswith("/"))
paths = names.map("/uploads/".__add__)


@pytest.fixture(autouse=True)
def _nine_o_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def asked(address: str) -> tuple[str, dict[str, str]]:
    """A request's path and query, as a server reads them from an address."""
    parts = urlsplit(address)
    return unquote(parts.path), dict(parse_qsl(parts.query))


@repeatable
@given(paths)
def test_a_signed_address_opens_what_it_names(path: str) -> None:
    address = signer.sign(path)
    assert address.isascii()
    assert asked(address)[0] == path
    assert signer.allows(*asked(address))
    assert signer.allows(path + "/", asked(address)[1]), "the same path with its slash"


@repeatable
@given(paths, paths)
def test_it_opens_no_other_path(path: str, other: str) -> None:
    assume(path != other.rstrip("/"))
    assert not signer.allows(other, asked(signer.sign(path))[1])


@repeatable
@given(paths, st.integers(0, 10**11))
def test_its_expiry_cannot_be_moved(path: str, expires: int) -> None:
    _, query = asked(signer.sign(path))
    assume(expires != int(query["expires"]))
    assert not signer.allows(path, query | {"expires": str(expires)})


@repeatable
@given(paths, st.text(st.characters(exclude_categories=["Cs"]), max_size=70) | st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_its_signature_cannot_be_guessed(path: str, signature: str) -> None:
    _, query = asked(signer.sign(path))
    assume(signature != query["signature"])
    assert not signer.allows(path, query | {"signature": signature})


@pytest.mark.parametrize("expires", ["", "-1", "+1", "1e9", " 1", "١٢٣", "9" * 13, "9" * 5000, "NaN"])
def test_an_expiry_that_is_no_plain_number_opens_nothing(expires: str) -> None:
    assert not signer.allows("/uploads/a.pdf", {"expires": expires, "signature": "0" * 64})


@pytest.mark.parametrize("left_out", ["expires", "signature"])
def test_an_address_without_its_expiry_or_signature_opens_nothing(left_out: str) -> None:
    path, query = asked(signer.sign("/uploads/a.pdf"))
    del query[left_out]
    assert not signer.allows(path, query)


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        (timedelta(0), True),
        (timedelta(minutes=MINUTES), True),
        (timedelta(minutes=MINUTES, seconds=1), False),
        (timedelta(days=9999), False),
    ],
)
def test_it_opens_for_as_long_as_it_was_made_for(monkeypatch: pytest.MonkeyPatch, later: timedelta, is_open: bool) -> None:
    request = asked(signer.sign("/uploads/a.pdf"))
    monkeypatch.setattr(clock, "now", lambda: NOW + later)
    assert signer.allows(*request) == is_open


@pytest.mark.parametrize(("later", "is_same"), [(1, True), (60, True), (61, False)])
def test_an_address_is_the_same_for_a_minute_and_never_expires_early(monkeypatch: pytest.MonkeyPatch, later: int, is_same: bool) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=1))
    first = signer.sign("/uploads/a.pdf")
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=later))
    address = signer.sign("/uploads/a.pdf")
    assert (address == first) is is_same
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=later, minutes=MINUTES))
    assert signer.allows(*asked(address))


def test_another_server_signs_otherwise() -> None:
    assert not Signer("another secret key, just as long as the first", MINUTES).allows(*asked(signer.sign("/uploads/a.pdf")))
