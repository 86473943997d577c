"""How many tokens may be used, and how many were."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.tutor.models import PersonTokens, SchoolTokens, TokenCeilings
from bilim.tutor.rules import PERSON_TOKENS

_MOST_PEOPLE = 10


class CeilingsView(Struct):
    """How many tokens may be used a day; null for any number."""

    person_daily: int | None
    school_daily: int | None


class PersonView(Struct):
    """What one person used of a day."""

    user_id: int
    tokens_in: int
    tokens_out: int
    replies: int


class TokensView(Struct):
    """The ceilings, and what was used today by the school's clock; `reserved` is for answers that are on their way."""

    person_daily: int | None
    school_daily: int | None
    updated_at: datetime | None
    day: date
    tokens_in: int
    tokens_out: int
    reserved: int
    replies: int
    people: list[PersonView]
    """Those who used most."""


_CEILINGS = Prepared(select(TokenCeilings.person_daily, TokenCeilings.school_daily, TokenCeilings.updated_at).where(TokenCeilings.id == 1))
_DAY = bindparam("day", type_=SchoolTokens.day.type)
_USED = Prepared(
    select(SchoolTokens.tokens_in, SchoolTokens.tokens_out, SchoolTokens.reserved, SchoolTokens.replies).where(SchoolTokens.day == _DAY)
)
_PEOPLE = Prepared(
    select(PersonTokens.user_id, PersonTokens.tokens_in, PersonTokens.tokens_out, PersonTokens.replies)
    .where(PersonTokens.day == _DAY)
    .order_by((PersonTokens.tokens_in + PersonTokens.tokens_out).desc(), PersonTokens.user_id)
    .limit(_MOST_PEOPLE)
)


@internal
def ceilings(tx: Tx) -> CeilingsView:
    """The ceilings that an admin set, or the default."""
    row = tx.first(_CEILINGS)
    return CeilingsView(row[0], row[1]) if row else CeilingsView(PERSON_TOKENS, None)


@requires(Role.ADMIN)
def tokens_today(tx: Tx, actor: Actor) -> TokensView:  # noqa: ARG001 - the rule reads it
    """The ceilings and what was used today."""
    most, row, today = ceilings(tx), tx.first(_CEILINGS), tx.today
    tokens_in, tokens_out, reserved, replies = tx.first(_USED, {"day": today}) or (0, 0, 0, 0)
    return TokensView(
        person_daily=most.person_daily,
        school_daily=most.school_daily,
        updated_at=row[2] if row else None,
        day=today,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        reserved=reserved,
        replies=replies,
        people=[PersonView(*each) for each in tx.all(_PEOPLE, {"day": today})],
    )
