"""What a limit says. No I/O."""

from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from msgspec import Struct

_IPV6_NETWORK = 64


class Limit(Struct, frozen=True):
    """A number of places in a window of time, which begins when the first is taken.

    Without `waits` nothing more may be taken before the window ends: 30 a minute. With `waits` more may be, one at a time: the first wait
    begins when the last of `places` is taken, the next when the place after it is taken, and so on; the last one repeats.
    """

    name: str
    """Part of the stored key; no other limit has it."""
    places: int
    window: timedelta
    waits: tuple[timedelta, ...] = ()


def doubling(first: timedelta, longest: timedelta) -> tuple[timedelta, ...]:
    """Waits that double from the first up to the longest.

    >>> [wait.seconds for wait in doubling(timedelta(seconds=15), timedelta(seconds=50))]
    [15, 30, 50]
    """
    waits = [first]
    while waits[-1] < longest:
        waits.append(min(waits[-1] * 2, longest))
    return tuple(waits)


def network_of(address: str) -> str:
    """The network that an address counts for: an IPv4 address itself, of an IPv6 address its /64, which belongs to one customer.

    >>> network_of("203.0.113.7"), network_of("::ffff:203.0.113.7"), network_of("2001:db8:1:2:3:4:5:6")
    ('203.0.113.7', '203.0.113.7', '2001:db8:1:2::/64')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), _IPV6_NETWORK), strict=False))
