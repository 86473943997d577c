"""Money: whole tiyin inside (1 UZS = 100 tiyin), decimal UZS at the edges, never a float."""

from decimal import Context, Decimal, Inexact

MAX_TIYIN = 10**12 - 1
"""Twelve digits, two of them after the point (CONTRACT section 8)."""

_TIYIN = Decimal(100)
_EXACT = Context(traps=[Inexact])
_MAX_EXPONENT = 12


def to_tiyin(amount: Decimal) -> int | None:
    """UZS to tiyin; None where the amount is negative, not finite, finer than a tiyin or over twelve digits.

    >>> to_tiyin(Decimal("490000.50"))
    49000050
    """
    if not amount.is_finite() or amount.adjusted() > _MAX_EXPONENT:
        return None
    try:
        tiyin = _EXACT.multiply(amount, _TIYIN)
    except Inexact:
        return None
    if tiyin < 0 or tiyin > MAX_TIYIN or tiyin != tiyin.to_integral_value():
        return None
    return int(tiyin)


def to_uzs(tiyin: int) -> Decimal:
    """Tiyin to UZS, exact, with the fewest digits.

    >>> str(to_uzs(49_000_000)), str(to_uzs(1_250))
    ('490000', '12.50')
    """
    whole, rest = divmod(tiyin, 100)
    return Decimal(whole) if rest == 0 else Decimal(tiyin).scaleb(-2)


def to_text(tiyin: int) -> str:
    """Tiyin as UZS with two digits, as the centre's document writes money.

    >>> to_text(60_000_000), to_text(-5)
    ('600000.00', '-0.05')
    """
    return two_digits(Decimal(tiyin).scaleb(-2))


def two_digits(amount: Decimal) -> str:
    """UZS as text with two digits, as the centre's document writes money.

    >>> two_digits(Decimal(600000)), two_digits(Decimal("-0.05"))
    ('600000.00', '-0.05')
    """
    return f"{amount:.2f}"


def amount_problem(amount: Decimal) -> str | None:
    """The code of what is wrong with an amount of UZS that was paid or spent, or None."""
    return None if to_tiyin(amount) else "bad_amount"


def price_problem(price: Decimal) -> str | None:
    """The code of what is wrong with a price in UZS, which may be 0, or None."""
    return "bad_price" if to_tiyin(price) is None else None


def charged(price: int, discount_price: int) -> int:
    """What a buyer pays, in tiyin: the discount price if above 0 and below the price, else the price (CONTRACT section 8); 0 is free."""
    return discount_price if 0 < discount_price < price else price
