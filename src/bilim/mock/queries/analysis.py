"""What a test's results say about its questions, and what another key would make of them. For staff alone."""

from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.item_analysis import discrimination
from bilim.kit.paging import Page, RowStream
from bilim.mock.inputs import KeyInput
from bilim.mock.models import MockAnswer, MockSession
from bilim.mock.queries.answers import ANSWER, ANSWERS_OF, AnswerView, answers_by_session
from bilim.mock.queries.keys import KeyView, keys_of, proposed_keys
from bilim.mock.queries.sessions import SESSION, SessionView, SitterRef
from bilim.mock.queries.tests import test
from bilim.mock.rules.bands import to_band
from bilim.mock.rules.sessions import MARKED
from bilim.questions.rules.marking import AcceptedAnswers
from bilim.questions.rules.wrong_answers import WrongAnswer, most_chosen

NEWEST = 1000
"""Results that an analysis looks at, newest first: enough for any statistic here, and read in a moment."""
_DIGITS = 3


class MockItemView(Struct):
    """A question by its results. A question left out counts as wrong."""

    number: int
    answered: int
    correct: int
    correct_share: float
    discrimination: float | None
    most_chosen_wrong: WrongAnswer | None


class SectionAnalysis(Struct):
    """A section by its results."""

    results: int
    questions: list[MockItemView]


class MockAnalysisView(Struct):
    """A test by its results; None where a section has no key, or nobody answered it."""

    test: UUID
    reading: SectionAnalysis | None
    listening: SectionAnalysis | None


class Remarked(Struct):
    """A result under the present key and under another; None where there is none."""

    raw_before: int | None
    raw_after: int
    band_before: float | None
    band_after: float | None


class PreviewedSession(Struct):
    """A session under another key; None where a section was not answered or gets no other key."""

    session: UUID
    user: SitterRef
    reading: Remarked | None
    listening: Remarked | None


_OVER = MockSession.ended_at.is_not(None)
_RESULTS = PreparedSelection(
    ANSWER.where(
        MockAnswer.section == bindparam("section"),
        MockAnswer.session_id.in_(
            select(MockSession.id)
            .where(MockSession.test_id == bindparam("test_row_id"), _OVER)
            .order_by(MockSession.id.desc())
            .limit(NEWEST)
        ),
    )
)
_SESSIONS = ListQuery(SESSION.where(MockSession.test_id == bindparam("test_row_id"), _OVER).order_by(MockSession.id.desc()))


@requires(Role.TEACHER)
def analysis(tx: Tx, actor: Actor, test_id: UUID) -> MockAnalysisView:
    """The questions of a test by the answers of its newest sessions, marked by the present key.

    Raises:
        NotFound: there is no such test.
    """
    row_id = test(tx, actor, test_id).row_id
    keys = keys_of(tx, [row_id])
    found: dict[str, SectionAnalysis | None] = {}
    for section in MARKED:
        key = keys.get((row_id, section))
        results = tx.fetch_all(_RESULTS, {"section": section, "test_row_id": row_id}) if key else []
        found[section] = _analyse(key, [result.answers for result in results]) if key and results else None
    return MockAnalysisView(test_id, found["reading"], found["listening"])


def _analyse(key: KeyView, results: list[dict[str, str]]) -> SectionAnalysis:
    right = {number: [accepted.accepts(answers.get(number, "")) for answers in results] for number, accepted in key.answers.items()}
    totals = [sum(row) for row in zip(*right.values(), strict=True)]
    questions = [
        _item(number, right[number], totals, accepted, [answers.get(number, "") for answers in results])
        for number, accepted in key.answers.items()
    ]
    return SectionAnalysis(len(results), questions)


def _item(number: str, right: list[bool], totals: list[int], accepted: AcceptedAnswers, answers: list[str]) -> MockItemView:
    tells_apart = discrimination(right, totals)
    return MockItemView(
        number=int(number),
        answered=sum(bool(answer.strip()) for answer in answers),
        correct=sum(right),
        correct_share=round(sum(right) / len(right), _DIGITS),
        discrimination=None if tells_apart is None else round(tells_apart, _DIGITS),
        most_chosen_wrong=most_chosen([answer for answer in answers if answer.strip() and not accepted.accepts(answer)]),
    )


@requires(Role.TEACHER)
def preview(tx: Tx, actor: Actor, test_id: UUID, new: KeyInput, page: Page) -> RowStream[PreviewedSession]:
    """What another key would make of the sessions that are over, newest first. Nothing is saved.

    Raises:
        NotFound: there is no such test.
        Invalid: see `keys.proposed_keys`.
    """
    row_id = test(tx, actor, test_id).row_id
    proposed = proposed_keys(tx, row_id, new)

    def under_it(sessions: list[SessionView]) -> list[PreviewedSession]:
        answers = answers_by_session(tx.fetch_all(ANSWERS_OF, {"session_ids": [each.row_id for each in sessions]}))
        return [
            PreviewedSession(
                each.id, each.user, *(_remarked(proposed.get(section), answers[each.row_id].get(section)) for section in MARKED)
            )
            for each in sessions
        ]

    return paginate(tx, _SESSIONS, page, {"test_row_id": row_id, "now": tx.now}, enrich=under_it)


def _remarked(key: KeyView | None, answer: AnswerView | None) -> Remarked | None:
    if key is None or answer is None:
        return None
    mark = key.mark(answer.answers)
    band = None if mark.band is None else to_band(mark.band)
    return Remarked(answer.raw_score, mark.raw_score, answer.proposed_band, band)
