"""Wrong passwords slow the next try down, by account and by address, at every door and in every process alike."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from sqlalchemy import bindparam, delete, select

from bilim.accounts import rules
from bilim.accounts.models import FailedSignIn
from bilim.db.engine import Tx
from bilim.kit import text
from bilim.kit.errors import RateLimited

_FORGOTTEN_AFTER = timedelta(minutes=30)
_IPV6_NETWORK = 64
_MAX_KEY = 200

_COUNTED = select(FailedSignIn.key, FailedSignIn.failures, FailedSignIn.last_at).where(
    FailedSignIn.key.in_(bindparam("keys", expanding=True))
)


def keys(account: int | str, address: str) -> tuple[str, str]:
    """The counters of a sign-in: one for the account (its id, or the name that nobody has), one for the network address."""
    named = account if isinstance(account, int) else text.fold(account)[:_MAX_KEY]
    return f"account:{named}", f"address:{_network(address)}"


def check(tx: Tx, counters: tuple[str, str]) -> None:
    """Let a sign-in be tried.

    Raises:
        RateLimited: a wait from earlier wrong passwords still runs.
    """
    waits = [
        last_at + rules.wait_after(key.partition(":")[0], failures) - tx.now
        for key, failures, last_at in tx.execute(_COUNTED, {"keys": counters})
        if last_at > tx.now - _FORGOTTEN_AFTER
    ]
    longest = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        raise RateLimited(ceil(longest.total_seconds()))


def note_failure(tx: Tx, counters: tuple[str, str]) -> None:
    """Count a wrong password. What was counted over half an hour ago is forgotten, everybody's: guesses must not fill the table."""
    tx.execute(delete(FailedSignIn).where(FailedSignIn.last_at <= tx.now - _FORGOTTEN_AFTER))
    for key in counters:
        tx.execute(
            tx.inserting(FailedSignIn)
            .values(key=key, failures=1, last_at=tx.now)
            .on_conflict_do_update(index_elements=[FailedSignIn.key], set_={"failures": FailedSignIn.failures + 1, "last_at": tx.now})
        )


def note_success(tx: Tx, counters: tuple[str, str]) -> None:
    """Forget the account's wrong passwords. The address keeps its own: one right password must not excuse a hundred guesses."""
    tx.execute(delete(FailedSignIn).where(FailedSignIn.key == counters[0]))


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:_MAX_KEY]
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_NETWORK), strict=False))
    return str(parsed)
