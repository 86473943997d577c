"""Money is whole tiyin inside and decimal UZS at the edges; nothing is ever rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.money import MAX_TIYIN, charged, to_tiyin, to_uzs
from kit.repeatable import repeatable

tiyin = st.integers(0, MAX_TIYIN)


@repeatable
@given(tiyin)
def test_every_sum_survives_the_way_to_the_caller_and_back(amount: int) -> None:
    assert to_tiyin(to_uzs(amount)) == amount
    assert to_tiyin(Decimal(str(to_uzs(amount)))) == amount


@repeatable
@given(st.decimals())
def test_an_amount_becomes_tiyin_exactly_or_not_at_all(amount: Decimal) -> None:
    found = to_tiyin(amount)
    if found is not None:
        assert 0 <= found <= MAX_TIYIN
        assert amount.as_integer_ratio() == Decimal(found).scaleb(-2).as_integer_ratio()


@repeatable
@given(tiyin, st.integers(3, 200))
def test_what_is_finer_than_a_tiyin_is_refused_however_fine(amount: int, places: int) -> None:
    assert to_tiyin(Decimal(f"{amount // 100}.{amount % 100:02}" + "0" * (places - 3) + "1")) is None


@repeatable
@given(tiyin, st.integers(0, 200))
def test_zeros_behind_the_point_change_nothing(amount: int, places: int) -> None:
    assert to_tiyin(Decimal(f"{amount // 100}.{amount % 100:02}" + "0" * places)) == amount


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("490000", 49_000_000),
        ("490000.50", 49_000_050),
        ("0.01", 1),
        ("4.9E+5", 49_000_000),
        ("9999999999.99", MAX_TIYIN),
        ("-0", 0),
        ("10000000000", None),
        ("0.001", None),
        ("1E-1000100", None),
        ("-0.01", None),
        ("1E+999999", None),
        ("NaN", None),
        ("sNaN", None),
        ("Infinity", None),
    ],
)
def test_amounts(typed: str, expected: int | None) -> None:
    assert to_tiyin(Decimal(typed)) == expected


@pytest.mark.parametrize(("amount", "shown"), [(0, "0"), (49_000_000, "490000"), (1_250, "12.50"), (1, "0.01"), (10, "0.10")])
def test_sums_are_shown_with_as_few_digits_as_say_them(amount: int, shown: str) -> None:
    assert str(to_uzs(amount)) == shown


@repeatable
@given(tiyin, tiyin)
def test_a_discount_never_makes_a_course_dearer_nor_free(price: int, discount_price: int) -> None:
    paid = charged(price, discount_price)
    assert paid in (price, discount_price)
    assert paid <= price
    assert (paid == 0) == (price == 0)


@pytest.mark.parametrize(
    ("price", "discount_price", "paid"),
    [(490_000, 390_000, 390_000), (490_000, 0, 490_000), (490_000, 490_000, 490_000), (490_000, 500_000, 490_000), (0, 390_000, 0)],
)
def test_what_a_buyer_pays(price: int, discount_price: int, paid: int) -> None:
    assert charged(price, discount_price) == paid
