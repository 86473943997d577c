"""Writes of sessions: signing in, refreshing, signing out.

An attempt to sign in takes its places before the password is checked and gives them back where it was right, so that parallel guesses are
counted like sequential ones. The password is checked between `begin_attempt` and `succeed`, outside any transaction; where it could not be
checked, `abandon_attempt` follows. After a wrong password nothing follows: its places stay taken.
"""

from msgspec import Struct
from sqlalchemy import delete, exists, select, update

from bilim.accounts import queries, rules
from bilim.accounts.models import MAX_NETWORK, KnownNetwork, Session, User
from bilim.accounts.queries import Credentials, PersonView
from bilim.accounts.tokens import Claims, Tokens
from bilim.db.engine import Tx
from bilim.kit import text
from bilim.kit.access import internal, public, signed_in
from bilim.kit.actors import Actor
from bilim.limits import windows
from bilim.limits.rules import network_of
from bilim.limits.windows import Place

_NOBODY = 0
"""The id of no account."""


class Attempt(Struct, frozen=True):
    """An attempt to sign in and the places it took. `credentials` is None where the name has no open account."""

    credentials: Credentials | None
    network: str
    places: list[Place]


class SignedIn(Struct):
    """A fresh session and its two tokens."""

    access: str
    refresh: str
    person: PersonView


@public
def begin_attempt(tx: Tx, login: str, address: str) -> Attempt:
    """Take the places of an attempt. It runs the same statements whether or not the name exists.

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
    windows.forget(tx)  # so that guesses at invented names do not fill the table
    return Attempt(credentials, network, windows.take_all(tx, wanted))


@internal
def succeed(tx: Tx, attempt: Attempt, tokens: Tokens, user_id: int, renewed_hash: str | None) -> SignedIn:
    """The password was right: give the places back, forget the account's wrong passwords from this network, and begin a session.

    The counts of the network and of strangers stay: one right password must not clear a hundred guesses.
    """
    abandon_attempt(tx, attempt)
    for place in attempt.places:
        if place.limit is rules.GUESSES_AT_ACCOUNT_FROM_NETWORK:
            windows.clear(tx, place.limit, place.key)
    _remember(tx, user_id, attempt.network)
    if renewed_hash:
        tx.execute(update(User).where(User.id == user_id).values(password_hash=renewed_hash))
    return begin_session(tx, tokens, user_id)


@internal
def abandon_attempt(tx: Tx, attempt: Attempt) -> None:
    """Give the places back: the password was not found wrong."""
    for place in attempt.places:
        windows.give_back(tx, place)


@internal
def begin_session(tx: Tx, tokens: Tokens, user_id: int) -> SignedIn:
    """A new session and its tokens; the person's expired sessions are deleted.

    It lasts as long as its refresh token, plus one access token taken at the last moment.

    Raises:
        NotFound: the account was deleted meanwhile.
    """
    person = queries.person(tx, user_id)
    tx.execute(delete(Session).where(Session.user_id == user_id, Session.expires_at <= tx.now))
    lasts = tokens.lifetimes["refresh"] + tokens.lifetimes["access"]
    session_id = tx.insert(Session, user_id=user_id, created_at=tx.now, expires_at=tx.now + lasts)
    claims = Claims(user_id=user_id, session_id=session_id)
    return SignedIn(tokens.make("access", claims, person.role), tokens.make("refresh", claims, person.role), person)


@public
def refresh(tx: Tx, tokens: Tokens, token: str) -> str:
    """A new access token for a refresh token; role and state are read again.

    Raises:
        Unauthenticated: not a refresh token, or its session or account is closed.
    """
    claims = tokens.read("refresh", token)
    return tokens.make("access", claims, queries.actor(tx, claims).role)


@signed_in
def sign_out(tx: Tx, actor: Actor) -> None:
    """End the session: its access and refresh tokens stop working."""
    tx.execute(update(Session).where(Session.id == actor.session_id).values(ended_at=tx.now))


@internal
def end_sessions(tx: Tx, user_id: int) -> None:
    """End every session of a person."""
    tx.execute(update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None)).values(ended_at=tx.now))


def _is_known(tx: Tx, user_id: int, network: str) -> bool:
    return bool(tx.scalar(select(exists().where(KnownNetwork.user_id == user_id, KnownNetwork.network == network))))


def _remember(tx: Tx, user_id: int, network: str) -> None:
    """Note that the account signed in from a network; only the last ones are kept."""
    seen = tx.inserting(KnownNetwork).values(user_id=user_id, network=network, last_at=tx.now)
    tx.execute(seen.on_conflict_do_update(index_elements=[KnownNetwork.user_id, KnownNetwork.network], set_={"last_at": tx.now}))
    own = KnownNetwork.user_id == user_id
    last = select(KnownNetwork.network).where(own).order_by(KnownNetwork.last_at.desc(), KnownNetwork.network).limit(rules.KNOWN_NETWORKS)
    tx.execute(delete(KnownNetwork).where(own, KnownNetwork.network.not_in(last)))
