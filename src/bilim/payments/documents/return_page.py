"""The page that a payer sees who comes back from a service."""

from html import escape
from importlib.resources import files
from string import Template

from bilim.kit.money import two_digits
from bilim.payments.queries.payments import ReturnView

_WORDS = {
    "captured": ("good", "Toʻlov qabul qilindi · Payment received · Платёж получен"),
    "pending": ("waiting", "Toʻlov kutilmoqda · Waiting for the payment · Ожидаем платёж"),
    "refunded": ("bad", "Pul qaytarildi · Refunded · Деньги возвращены"),
    "cancelled": ("bad", "Toʻlov bekor qilingan · Cancelled · Платёж отменён"),
}


def render(payment: ReturnView) -> str:
    """What the server knows of a payment. While it waits, the page asks again by itself."""
    state, verdict = _WORDS[payment.status]
    return _page().substitute(
        state=state,
        verdict=verdict,
        refresh='<meta http-equiv="refresh" content="5">' if state == "waiting" else "",
        title=escape(payment.title),
        amount=f"{two_digits(payment.amount)} UZS",
        number=escape(payment.number),
    )


def render_unknown() -> str:
    """The page for a number that is nobody's."""
    verdict = "Bunday toʻlov yoʻq · No such payment · Такого платежа нет"
    return _page().substitute(state="bad", verdict=verdict, refresh="", title="—", amount="—", number="—")


def _page() -> Template:
    return Template(files("bilim.payments.documents").joinpath("return.html").read_text("utf8"))
