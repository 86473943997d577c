"""Counting what is read aloud."""

from bilim.db.engine import Tx
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.limits import windows
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.speech.inputs import SpeakInput
from bilim.speech.rules import SPEAKING


@signed_in
def reserve_speaking(tx: Tx, actor: Actor, words: SpeakInput) -> int:
    """Take a text's characters of the actor's quota before it is read; the reservation to settle or give back.

    Raises:
        RateLimited: too many texts this minute.
        Forbidden: not so many characters are left.
    """
    windows.take(tx, SPEAKING, str(actor.id))
    return quotas.take(tx, actor.id, Quota.TTS_CHARS, len(words.text))


@signed_in
def charge_speaking(tx: Tx, actor: Actor, words: SpeakInput) -> None:
    """Count a text that is answered at once, since it was read before; see `reserve_speaking`."""
    quotas.settle(tx, reserve_speaking(tx, actor, words))
