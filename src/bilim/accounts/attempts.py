"""Tries to sign in: places are taken before the password is looked at, and given back where it was right.

So guesses that come together are counted like guesses that come in turn. The steps, with the password checked between them and nothing
held: `begin`, then `succeed`, or `abandon` where the password could not be checked. A wrong password needs no step: its places stay taken.
"""

from msgspec import Struct
from sqlalchemy import delete, exists, select, update

from bilim.accounts import queries, rules
from bilim.accounts.models import MAX_NETWORK, KnownNetwork, User
from bilim.accounts.queries import Credentials
from bilim.db.engine import Tx
from bilim.kit import text
from bilim.limits import windows
from bilim.limits.rules import network_of
from bilim.limits.windows import Place

_NOBODY = 0
"""The id of no account."""


class Attempt(Struct, frozen=True):
    """A try that holds its places. `credentials` is None where nobody may sign in by that name."""

    credentials: Credentials | None
    network: str
    places: list[Place]


def begin(tx: Tx, login: str, address: str) -> Attempt:
    """Take the places of a try. It asks the database the same for names that exist and names that do not.

    Raises:
        RateLimited: too many wrong passwords for this account from this network, from this network altogether, or, at a network that the
            account never signed in from, for this account altogether.
    """
    credentials, network = queries.credentials(tx, login), network_of(address)[:MAX_NETWORK]
    # By its id, so that username and e-mail share one count.
    account = f"id:{credentials.user_id}" if credentials else f"name:{text.fold(login)}"
    wanted = [(rules.GUESSES_AT_ACCOUNT_FROM_NETWORK, f"{account}@{network}"), (rules.GUESSES_FROM_NETWORK, network)]
    if not _is_known(tx, credentials.user_id if credentials else _NOBODY, network):
        wanted.append((rules.GUESSES_AT_ACCOUNT_FROM_STRANGERS, account))
    windows.forget(tx)  # guesses at names without end must not fill the table
    return Attempt(credentials, network, windows.take_all(tx, wanted))


def succeed(tx: Tx, attempt: Attempt, user_id: int, renewed_hash: str | None) -> None:
    """The password was right: give the places back, forget the account's wrong passwords from this network, and remember the network.

    What was counted for the network, or from strangers, stays: one right password must not excuse a hundred guesses.
    """
    abandon(tx, attempt)
    for place in attempt.places:
        if place.limit is rules.GUESSES_AT_ACCOUNT_FROM_NETWORK:
            windows.clear(tx, place.limit, place.key)
    _remember(tx, user_id, attempt.network)
    if renewed_hash:
        tx.execute(update(User).where(User.id == user_id).values(password_hash=renewed_hash))


def abandon(tx: Tx, attempt: Attempt) -> None:
    """Give the places back: the password was not found wrong."""
    for place in attempt.places:
        windows.give_back(tx, place)


def _is_known(tx: Tx, user_id: int, network: str) -> bool:
    return bool(tx.scalar(select(exists().where(KnownNetwork.user_id == user_id, KnownNetwork.network == network))))


def _remember(tx: Tx, user_id: int, network: str) -> None:
    """Note that the account signed in from a network; only the last ones are kept."""
    signed_in = tx.inserting(KnownNetwork).values(user_id=user_id, network=network, last_at=tx.now)
    tx.execute(signed_in.on_conflict_do_update(index_elements=[KnownNetwork.user_id, KnownNetwork.network], set_={"last_at": tx.now}))
    own = KnownNetwork.user_id == user_id
    last = select(KnownNetwork.network).where(own).order_by(KnownNetwork.last_at.desc(), KnownNetwork.network).limit(rules.KNOWN_NETWORKS)
    tx.execute(delete(KnownNetwork).where(own, KnownNetwork.network.not_in(last)))
