"""Counting a talk before it begins: what is heard, answered and read aloud, all or nothing.

talk = reserve(tx, actor, cost, limit, hears=True, speaks=True)     # committed before anybody listens
settle(tx, talk, reply, spoken)                                     # it was answered, so many characters of it aloud
give_back(tx, talk)                                                 # it was not
"""

from msgspec import Struct

from bilim.db.engine import Tx
from bilim.interactive.rules.bounds import SPOKEN_CHARS, VOICE_LOOP
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden
from bilim.limits import windows
from bilim.limits.rules import Limit
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.tutor.actions import tokens
from bilim.tutor.actions.tokens import Reserved


class Talk(Struct, frozen=True):
    """What was reserved for one message and its answer; None for what is not needed."""

    llm: Reserved
    heard: int | None
    spoken: int | None
    room: int
    """How many characters may be read aloud."""


@signed_in
def reserve_voice_loop(tx: Tx, actor: Actor, cost: int) -> Talk:
    """Reserve what a talk by voice takes; see `reserve`."""
    return reserve(tx, actor, cost, VOICE_LOOP, hears=True, speaks=True)


@internal
def reserve(tx: Tx, actor: Actor, cost: int, limit: Limit, *, hears: bool, speaks: bool) -> Talk:
    """Take what a message and its answer need: a request to hear it, one to answer it, tokens, and characters to read the answer.

    How long the answer will be is not known yet: of the characters as many are taken as are left, up to what is ever read.

    Raises:
        RateLimited: too many this minute, or no tokens are left today.
        Forbidden: a quota is spent; nothing is taken once this is rolled back.
        Unavailable: the school has no tokens left today.
    """
    windows.take(tx, limit, str(actor.id))
    heard = quotas.take(tx, actor.id, Quota.STT_REQUESTS, 1) if hears else None
    spoken, room = quotas.take_up_to(tx, actor.id, Quota.TTS_CHARS, SPOKEN_CHARS) if speaks else (None, 0)
    return Talk(tokens.reserve(tx, actor, cost, None), heard, spoken, room)


@internal
def settle(tx: Tx, talk: Talk, tokens_in: int, tokens_out: int, spoken: int) -> None:
    """Say what a talk took; of the characters that were reserved only those that were read stay counted."""
    if talk.heard is not None:
        quotas.settle(tx, talk.heard)
    if talk.spoken is not None:
        _settle_spoken(tx, talk.llm.user_id, talk.spoken, spoken)
    tokens.settle(tx, talk.llm, tokens_in, tokens_out)


def _settle_spoken(tx: Tx, user_id: int, reservation: int, spoken: int) -> None:
    if not quotas.give_back(tx, reservation) or not spoken:
        return
    try:
        quotas.settle(tx, quotas.take(tx, user_id, Quota.TTS_CHARS, spoken))
    except Forbidden:  # a smaller plan began meanwhile: what was promised is given
        return


@internal
def give_back(tx: Tx, talk: Talk) -> None:
    """Give back what was reserved for a talk that came to nothing."""
    for reservation in (talk.heard, talk.spoken):
        if reservation is not None:
            quotas.give_back(tx, reservation)
    tokens.give_back(tx, talk.llm)
