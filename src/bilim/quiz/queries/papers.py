"""Papers, kept in memory ready to mark by: they never change, so that none is read twice."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from sqlalchemy import bindparam, select

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.quiz.models import Paper
from bilim.quiz.rules.papers import Key, of_json_content

_MOST = 64
"""Papers kept: some fifty kilobytes each."""
_CONTENT = Prepared(select(Paper.id, Paper.content).where(Paper.id.in_(bindparam("paper_ids", expanding=True))))


class _Kept:
    """The papers used last, by their digest: whichever database they came from, the same content is the same paper."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, Key] = OrderedDict()
        self._turn = Lock()

    def get(self, digest: str) -> Key | None:
        with self._turn:
            key = self._keys.get(digest)
            if key is not None:
                self._keys.move_to_end(digest)
            return key

    def put(self, digest: str, key: Key) -> None:
        with self._turn:
            self._keys[digest] = key
            if len(self._keys) > _MOST:
                self._keys.popitem(last=False)


_kept = _Kept()


@internal
def key_of(tx: Tx, paper_id: int, digest: str) -> Key:
    """A paper ready to mark by."""
    return keys_of(tx, {paper_id: digest})[paper_id]


@internal
def keys_of(tx: Tx, papers: Mapping[int, str]) -> dict[int, Key]:
    """The same of several, of their digests by their ids: one query at most."""
    found = {paper_id: key for paper_id, digest in papers.items() if (key := _kept.get(digest))}
    missing = papers.keys() - found.keys()
    for paper_id, content in tx.all(_CONTENT, {"paper_ids": sorted(missing)}) if missing else ():
        found[paper_id] = Key(of_json_content(content))
        _kept.put(papers[paper_id], found[paper_id])
    return found
