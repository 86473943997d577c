"""Keys and what they say of answers: for staff alone."""

from datetime import datetime
from typing import Any

from litestar import get, post, put
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathUuid, Skip
from bilim.http.work import READ_ONLY, READS_LONG, after, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.mock import flows
from bilim.mock.actions import keys as actions
from bilim.mock.inputs import KeyInput
from bilim.mock.queries import analysis, keys
from bilim.mock.queries.analysis import MockAnalysisView, PreviewedSession
from bilim.mock.queries.keys import KeyView, SessionMarking
from bilim.mock.rules.bands import to_band
from bilim.mock.rules.keys import to_plain


class SectionKeyOut(Struct):
    """The key of a section. `version` counts its changes; `conversion` is null where right answers propose no band."""

    answers: dict[str, Any]
    conversion: list[tuple[int, float]] | None
    conversion_source: str | None
    version: int
    updated_at: datetime


class KeyOut(Struct):
    """The keys of a test; null where a section has none."""

    reading: SectionKeyOut | None
    listening: SectionKeyOut | None


def _key_out(view: KeyView | None) -> SectionKeyOut | None:
    if view is None:
        return None
    return SectionKeyOut(
        answers=to_plain(view.answers),
        conversion=None if view.conversion is None else [(least, to_band(halves)) for least, halves in view.conversion],
        conversion_source=view.conversion_source,
        version=view.version,
        updated_at=view.updated_at,
    )


def _keys_out(tx: Tx, actor: Actor, id: PathUuid) -> KeyOut:
    found = keys.keys(tx, actor, id)
    return KeyOut(_key_out(found.get("reading")), _key_out(found.get("listening")))


@get("/api/v1/mock/tests/{id:uuid}/key", opt=may(keys.keys), tags=["mock tests"])
@work
def read_mock_key(tx: Tx, actor: Actor, id: PathUuid) -> KeyOut:
    """The key of a test."""
    return _keys_out(tx, actor, id)


@put("/api/v1/mock/tests/{id:uuid}/key", opt=may(actions.set_key), tags=["mock tests"])
@work
def set_mock_key(tx: Tx, actor: Actor, id: PathUuid, data: KeyInput) -> KeyOut:
    """Set the key of one section or of both; all results are marked again in the background."""
    actions.set_key(tx, actor, id, data)
    return _keys_out(tx, actor, id)


@post(
    "/api/v1/mock/tests/{id:uuid}/key/preview",
    opt=may(analysis.preview) | READ_ONLY | READS_LONG | after(flows.DUE_SESSIONS),
    status_code=200,
    tags=["mock tests"],
)
@work
def preview_mock_key(
    tx: Tx, actor: Actor, id: PathUuid, data: KeyInput, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[PreviewedSession]:
    """What another key would make of the sessions that are over, newest first; nothing is saved."""
    return analysis.preview(tx, actor, id, data, page(skip, limit))


@get("/api/v1/mock/session/{id:uuid}/marking", opt=may(keys.marking) | after(flows.DUE_SESSIONS), tags=["mock tests"])
@work
def read_mock_marking(tx: Tx, actor: Actor, id: PathUuid) -> SessionMarking:
    """How a session was marked, question by question."""
    return keys.marking(tx, actor, id)


@get("/api/v1/mock/tests/{id:uuid}/analysis", opt=may(analysis.analysis) | READS_LONG | after(flows.DUE_SESSIONS), tags=["mock tests"])
@work
def analyse_mock_test(tx: Tx, actor: Actor, id: PathUuid) -> MockAnalysisView:
    """The questions of a test by the newest thousand results: how hard each is, and how well it tells strong from weak."""
    return analysis.analysis(tx, actor, id)


ROUTES = [read_mock_key, set_mock_key, preview_mock_key, read_mock_marking, analyse_mock_test]
