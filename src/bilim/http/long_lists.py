"""Lists too long for the threads of short reads: the rest is read on threads of their own, unless the client disconnects."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Lock
from typing import Any

from bilim.db.engine import Tx
from bilim.http.answers import listed
from bilim.http.json_array import ListWriter
from bilim.http.pools import ClientGone, unless_client_leaves
from bilim.http.responses import RawResponse
from bilim.http.services import CoreServices, Http
from bilim.kit.errors import Unavailable
from bilim.kit.paging import RowStream


class LongList:
    """A list that is not fully read yet; its transaction is still open."""

    def __init__(self, writer: ListWriter, stream: RowStream[Any], tx: Tx, unit: ExitStack) -> None:
        self.writer = writer
        self.stream = stream
        self.tx = tx
        self.unit = unit
        self._lock = Lock()
        self._is_begun = False
        self._is_dropped = False

    async def finish(self, services: CoreServices, request: Http) -> RawResponse:
        """Read the rest on the threads for long lists, unless the client disconnects.

        Raises:
            Unavailable: too many lists wait already.
            ClientGone: the client disconnected.
        """
        try:
            reading = services.pools.long_lists.submit(self._read)
            await unless_client_leaves(reading, request.receive, self._interrupt)
        except (ClientGone, Unavailable):
            await services.pools.reads.run(self._drop)
            raise
        return listed(request, self.writer, self.stream)

    def _read(self) -> None:
        with self._lock:
            if self._is_dropped:
                return
            self._is_begun = True
        with self.unit:
            self.writer.write(self._batches())

    def _batches(self) -> Iterator[list[Any]]:
        for batch in self.stream.batches:
            if self._is_dropped:
                raise ClientGone
            yield batch

    def _interrupt(self) -> None:
        self._is_dropped = True
        self.tx.interrupt()

    def _drop(self) -> None:
        """Close the unit, unless the reading thread will do so."""
        with self._lock:
            self._is_dropped = True
            if self._is_begun:
                return
        self.writer.close()
        self.unit.close()
