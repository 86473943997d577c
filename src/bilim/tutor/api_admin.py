"""What the tutor costs, for admins."""

from litestar import get, put

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.tutor.actions import tokens as actions
from bilim.tutor.inputs import CeilingsInput
from bilim.tutor.queries import tokens
from bilim.tutor.queries.tokens import TokensView


@get("/api/v1/admin/ai/tokens", opt=may(tokens.tokens_today), tags=["admin"])
@work
def read_tokens(tx: Tx, actor: Actor) -> TokensView:
    """How many tokens may be used a day, and how many were today."""
    return tokens.tokens_today(tx, actor)


@put("/api/v1/admin/ai/tokens", opt=may(actions.set_ceilings), tags=["admin"])
@work
def set_ceilings(tx: Tx, actor: Actor, data: CeilingsInput) -> TokensView:
    """Set how many tokens may be used a day, by one person and by all together; null for any number."""
    actions.set_ceilings(tx, actor, data)
    return tokens.tokens_today(tx, actor)


ROUTES = [read_tokens, set_ceilings]
