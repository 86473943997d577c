"""Query parameters of lists."""

from typing import Annotated

from litestar.params import Parameter

Skip = Annotated[int, Parameter(ge=0, description="Rows to leave out.")]
Limit = Annotated[int, Parameter(ge=0, description="Rows to answer; above 1,000 counts as 1,000.")]
AnyLimit = Annotated[int | None, Parameter(ge=0, description="Rows to answer; all where it is not given.")]
