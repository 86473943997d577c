"""Feedback on texts in the learning surface's words."""

from litestar import post

from bilim.http.access import may
from bilim.http.client import Client
from bilim.http.work import Units, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import value_or
from bilim.writing import actions
from bilim.writing.flows import Critic
from bilim.writing.inputs import WrittenAnswerInput
from bilim.writing.rules.bounds import MAX_BODY
from bilim.writing.shapes import FeedbackOut, Wanted


@post("/api/v1/ai/analyze-answer", status_code=200, request_max_body_size=MAX_BODY, opt=may(actions.count_analysis), tags=["ai"])
@work
async def analyze_answer(units: Units, actor: Actor | None, client: Client, critic: Critic, data: WrittenAnswerInput) -> FeedbackOut:
    """Feedback on a written answer, by rules alone: what is flagged is likely wrong, what is not may be wrong all the same."""
    await units.write(actions.count_analysis, actor, client.address)
    parts = frozenset(value_or(data.feedback_types, [])) or frozenset({"all"})
    wanted = Wanted(data.written_language, parts, value_or(data.feedback_language, "api"))
    return await critic.feedback(data.user_response, data.reference, wanted)


ROUTES = [analyze_answer]
