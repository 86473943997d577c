"""Instructors' statements in the marketplace's words."""

from datetime import date
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.sales import queries
from bilim.sales.queries import LineView, Period, StatementSums

FromDay = Annotated[date | None, QueryParameter(name="from", description="The first day, on the school's clock.")]
ToDay = Annotated[date | None, QueryParameter(name="to", description="The last day.")]
OfInstructor = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Whose statement: for admins.")]


@get("/api/instructor/statement", opt=may(queries.statement), tags=["statements"])
@work
def read_statement(
    tx: Tx,
    actor: Actor,
    from_day: FromDay = None,
    to_day: ToDay = None,
    instructor: OfInstructor = None,
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> RowStream[LineView]:
    """What the caller's courses were sold for and what of it is theirs, line by line, the oldest first."""
    return queries.statement(tx, actor, page(skip, limit), Period(from_day, to_day), instructor)


@get("/api/instructor/statement/summary", opt=may(queries.statement_sums), tags=["statements"])
@work
def read_statement_sums(
    tx: Tx, actor: Actor, from_day: FromDay = None, to_day: ToDay = None, instructor: OfInstructor = None
) -> StatementSums:
    """The same in sums."""
    return queries.statement_sums(tx, actor, Period(from_day, to_day), instructor)


ROUTES = [read_statement, read_statement_sums]
