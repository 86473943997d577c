"""Counting who asks for feedback."""

from bilim.db.engine import Tx
from bilim.kit.access import public
from bilim.kit.actors import Actor
from bilim.limits import windows
from bilim.limits.rules import network_of
from bilim.writing.rules.bounds import ANALYSING


@public
def count_analysis(tx: Tx, _actor: Actor | None, address: str) -> None:
    """Take a place of the limit for an address.

    Raises:
        RateLimited: too many texts this minute.
    """
    windows.take(tx, ANALYSING, network_of(address))
