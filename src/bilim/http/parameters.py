"""Parameters that many routes have."""

from typing import Annotated
from uuid import UUID

from litestar.params import PathParameter, QueryParameter

Skip = Annotated[int, QueryParameter(ge=0, description="Rows to leave out.")]
Limit = Annotated[int, QueryParameter(ge=0, description="Rows to answer; above 1,000 counts as 1,000.")]
AnyLimit = Annotated[int | None, QueryParameter(ge=0, description="Rows to answer; all by default.")]

PathId = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
"""An id in a path; one past 64 bits is a 404."""

PathUuid = Annotated[UUID, PathParameter()]
"""A UUID in a path; anything else is a 404."""
