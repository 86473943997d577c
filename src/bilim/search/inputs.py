"""What is put into the index."""

from msgspec import Struct

from bilim.search.rules import Weight


class Document(Struct, frozen=True):
    """Something that can be found, and by which words; see `models.IndexedDocument` and `rules.weigh`."""

    kind: int
    object_id: int
    group_id: int
    words: dict[str, Weight]
    parent_id: int | None = None
