"""How waits grow, and which addresses count as one (CONTRACT section 6)."""

from datetime import timedelta

import pytest

from bilim.limits.rules import doubling, network_of

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_waits_double_up_to_the_longest() -> None:
    assert [wait.seconds for wait in doubling(15 * SECOND, 15 * MINUTE)] == [15, 30, 60, 120, 240, 480, 900]
    assert doubling(MINUTE, MINUTE) == (MINUTE,)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_is_an_ipv4_address_or_the_64_that_a_customer_has(address: str, network: str) -> None:
    assert network_of(address) == network
