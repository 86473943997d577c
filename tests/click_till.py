"""A school with Click, whose calls come through the whole application."""

from typing import Any

import msgspec

from bilim.click.checkout import ClickCheckout
from bilim.payments.protocols import Checkouts
from payments.shop import PRICE
from simulators.click import Click
from world import Person, World

ROOT = "/api/payments/click"
CLICK = {"click_service_id": "24903", "click_merchant_id": "17", "click_secret_key": "SECRET"}
AMOUNT = f"{PRICE}.00"


def open_till(world: World) -> Click:
    """Give the application Click, and Click the application."""
    settings = msgspec.structs.replace(world.app.state.services.settings, **CLICK)
    world.use(settings=settings, checkouts=Checkouts([ClickCheckout(settings)]))

    def sends(path: str) -> Any:
        return lambda body, headers: world.client.post(f"{ROOT}/{path}/", content=body, headers=headers)

    return Click(sends("prepare"), sends("complete"), CLICK["click_service_id"], CLICK["click_secret_key"])


def buy(person: Person, **what: Any) -> dict[str, Any]:
    """A payment by Click that somebody began."""
    begun = person.post("/api/payments/", {"provider": "click"} | what)
    assert begun.status_code == 201, begun.text
    return begun.json()


def buy_course(world: World, student: Person) -> dict[str, Any]:
    """A payment for another course."""
    return buy(student, course=world.course(world.teacher(), price=PRICE)["id"])
