"""What answers only after its transaction was committed: an unknown calendar is refused after it was counted."""

from bilim.calendar import actions, queries
from bilim.calendar.documents import document_of
from bilim.http.pools import Pools
from bilim.http.work import Units
from bilim.kit.errors import NotFound


async def read_feed(units: Units, pools: Pools, secret: str, zone: str, address: str) -> bytes:
    """The document of the calendar that a secret opens. It is written on a thread for files, where nothing short waits behind it.

    Raises:
        NotFound: it opens none.
        RateLimited: it opens none, and too many such were asked for from this network.
    """
    feed = await units.read(queries.feed, secret)
    if feed is None:
        await units.write(actions.count_wrong_token, address)
        raise NotFound
    return await pools.files.run(document_of, feed, zone)
