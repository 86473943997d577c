"""A school with Payme's cash desk, whose calls come through the whole application."""

from typing import Any

from bilim.kit import clock
from bilim.payme.rules import milliseconds
from payments.shop import PAYME, open_shop
from simulators.payme import ID, Payme
from world import World

PATH = "/api/payments/payme/"
TXN, OTHER = ID.format(1), ID.format(2)
TIYIN = 49_000_000
"""The course's price."""
ERRORS = range(-31099, -31049)


def payme_of(world: World, key: str = PAYME["payme_key"]) -> Payme:
    """Payme, calling a school over HTTP; its clock is the school's."""

    def send(body: bytes, headers: dict[str, str]) -> Any:
        return world.client.post(PATH, content=body, headers=headers)

    return Payme(send, key, lambda: milliseconds(clock.now()))


def open_till(world: World) -> Payme:
    open_shop(world)
    return payme_of(world)
