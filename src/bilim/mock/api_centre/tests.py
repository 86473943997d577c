"""Mock tests: listing, making and deleting them."""

from litestar import delete, get, post

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.multipart import upload_limit
from bilim.http.parameters import AnyLimit, PathUuid, Skip
from bilim.http.urls import Urls
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import RowStream, page
from bilim.mock.actions import tests as actions
from bilim.mock.api_centre.shapes import MockTestOut, test_out
from bilim.mock.inputs import MockTestInput
from bilim.mock.queries import tests as queries

_FILES = 4


@get("/api/v1/mock/tests", opt=may(queries.tests), tags=["mock tests"])
@work
def list_mock_tests(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[MockTestOut]:
    """All mock tests; code and files are null for students."""
    return queries.tests(tx, actor, page(skip, limit)).map(lambda view: test_out(view, urls))


@post("/api/v1/mock/tests/create", opt=may(actions.create_test), request_max_body_size=upload_limit(_FILES), tags=["mock tests"])
@work
def create_mock_test(tx: Tx, actor: Actor, urls: Urls, data: MockTestInput) -> MockTestOut:
    """Make a mock test with its three sections; in a form their fields are `reading[file]` and so on."""
    return test_out(queries.test(tx, actor, actions.create_test(tx, actor, data)), urls)


@get("/api/v1/mock/tests/{id:uuid}", opt=may(queries.test), tags=["mock tests"])
@work
def read_mock_test(tx: Tx, actor: Actor, urls: Urls, id: PathUuid) -> MockTestOut:
    """One mock test."""
    return test_out(queries.test(tx, actor, id), urls)


@delete("/api/v1/mock/tests/{id:uuid}", opt=may(actions.delete_test), tags=["mock tests"])
@work
def delete_mock_test(tx: Tx, actor: Actor, id: PathUuid) -> None:
    """Delete a mock test; one that somebody sat is hidden, and its sessions stay."""
    actions.delete_test(tx, actor, id)


ROUTES = [list_mock_tests, create_mock_test, read_mock_test, delete_mock_test]
