"""Making tests, and looking at how they do, in the learning surface's words (document 000, tag `admin-tests`)."""

from typing import Annotated, Any

from litestar import delete, get, post, put
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.files.store import Store
from bilim.http.access import may
from bilim.http.answers import WithStatus
from bilim.http.errors import in_words
from bilim.http.multipart import upload_limit
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.pools import Pools
from bilim.http.work import READS_LONG, Units, after, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.quiz import flows
from bilim.quiz.actions import authoring as actions
from bilim.quiz.actions import imports
from bilim.quiz.api_learning import AttemptOut, attempt_out
from bilim.quiz.flows import DUE_ATTEMPTS
from bilim.quiz.inputs import (
    QuestionImportInput,
    TestChanges,
    TestInput,
    TestQuestionChanges,
    TestQuestionInput,
    TestSectionChanges,
    TestSectionInput,
)
from bilim.quiz.queries import analysis, attempts, tests
from bilim.quiz.queries.analysis import TestAnalysisView
from bilim.quiz.queries.tests import TestQuestionWithKey, TestSectionWithKey, TestWithKey

Pending = Annotated[bool, QueryParameter(description="Only attempts with answers to grade.")]


class ImportedQuestionOut(Struct):
    """A question of an imported file; `id` is null after a dry run."""

    id: int | None
    question_type: str
    question_text: str
    question_data: dict[str, Any]
    marks: float


class ImportOut(Struct):
    """What came of an import or, after a dry run, would come of it. `errors` are messages by row."""

    dry_run: bool
    imported: int
    questions: list[ImportedQuestionOut]
    errors: dict[str, Any]


_DRY_RUN = {"answers": {"200": "What a dry run found"}}


@post("/api/v1/admin/tests", opt=may(actions.create_test), tags=["admin-tests"])
@work
def create_test(tx: Tx, actor: Actor, data: TestInput) -> TestWithKey:
    """Make a test."""
    return tests.staff_test(tx, actor, actions.create_test(tx, actor, data))


@put("/api/v1/admin/tests/{test_id:int}", opt=may(actions.change_test), tags=["admin-tests"])
@work
def change_test(tx: Tx, actor: Actor, test_id: PathId, data: TestChanges) -> TestWithKey:
    """Change a test. Attempts that were begun go on as they were."""
    actions.change_test(tx, actor, test_id, data)
    return tests.staff_test(tx, actor, test_id)


@delete("/api/v1/admin/tests/{test_id:int}", status_code=200, opt=may(actions.delete_test), tags=["admin-tests"])
@work
def delete_test(tx: Tx, actor: Actor, test_id: PathId) -> TestWithKey:
    """Delete a test and answer what it was. Attempts stay."""
    deleted = tests.staff_test(tx, actor, test_id)
    actions.delete_test(tx, actor, test_id)
    return deleted


@get("/api/v1/admin/tests/{test_id:int}/attempts", opt=may(attempts.attempts_at) | after(DUE_ATTEMPTS), tags=["admin-tests"])
@work
def list_attempts(
    tx: Tx,
    actor: Actor,
    test_id: PathId,
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
    pending: Pending = False,  # noqa: FBT002 - a parameter of the query
) -> RowStream[AttemptOut]:
    """Everybody's attempts at a test, newest first; with `pending` only those with answers to grade."""
    return attempts.attempts_at(tx, actor, test_id, page(skip, limit), is_waiting=pending).map(attempt_out)


@get("/api/v1/admin/tests/{test_id:int}/analysis", opt=may(analysis.analysis) | after(DUE_ATTEMPTS) | READS_LONG, tags=["admin-tests"])
@work
def analyse_test(tx: Tx, actor: Actor, test_id: PathId) -> TestAnalysisView:
    """How the questions of a test did: how many answered them correctly, and how well they tell strong test-takers from weak ones."""
    return analysis.analysis(tx, actor, test_id)


@post("/api/v1/admin/tests/{test_id:int}/sections", opt=may(actions.create_section), tags=["admin-tests"])
@work
def create_section(tx: Tx, actor: Actor, test_id: PathId, data: TestSectionInput) -> TestSectionWithKey:
    """Add a section to a test."""
    return tests.section_with_key(tx, actor, actions.create_section(tx, actor, test_id, data))


@put("/api/v1/admin/tests/sections/{section_id:int}", opt=may(actions.change_section), tags=["admin-tests"])
@work
def change_section(tx: Tx, actor: Actor, section_id: PathId, data: TestSectionChanges) -> TestSectionWithKey:
    """Change a section."""
    actions.change_section(tx, actor, section_id, data)
    return tests.section_with_key(tx, actor, section_id)


@delete("/api/v1/admin/tests/sections/{section_id:int}", status_code=200, opt=may(actions.delete_section), tags=["admin-tests"])
@work
def delete_section(tx: Tx, actor: Actor, section_id: PathId) -> TestSectionWithKey:
    """Delete a section with its questions and answer what it was."""
    deleted = tests.section_with_key(tx, actor, section_id)
    actions.delete_section(tx, actor, section_id)
    return deleted


@post("/api/v1/admin/tests/sections/{section_id:int}/questions", opt=may(actions.create_question), tags=["admin-tests"])
@work
def create_question(tx: Tx, actor: Actor, section_id: PathId, data: TestQuestionInput) -> TestQuestionWithKey:
    """Add a question to a section."""
    return tests.question_with_key(tx, actor, actions.create_question(tx, actor, section_id, data))


@post(
    "/api/v1/admin/tests/sections/{section_id:int}/import",
    opt=may(imports.import_questions) | _DRY_RUN,
    request_max_body_size=upload_limit(1),
    tags=["admin-tests"],
)
@work
async def import_questions(
    units: Units, actor: Actor, pools: Pools, store: Store, section_id: PathId, data: QuestionImportInput
) -> WithStatus[ImportOut]:
    """Append questions in GIFT or CSV to a section: all or none. A dry run writes nothing and lists what is wrong by row."""
    done = await flows.import_questions(units, pools, store, actor, section_id, data)
    ids = done.question_ids or [None] * len(done.questions)
    questions = [
        ImportedQuestionOut(question_id, each.question_type, each.question_text, each.question_data, each.marks)
        for question_id, each in zip(ids, done.questions, strict=True)
    ]
    answer = ImportOut(data.dry_run, len(done.question_ids), questions, in_words(done.problems))
    return WithStatus(answer, 200 if data.dry_run else 201)


@put("/api/v1/admin/tests/questions/{question_id:int}", opt=may(actions.change_question), tags=["admin-tests"])
@work
def change_question(tx: Tx, actor: Actor, question_id: PathId, data: TestQuestionChanges) -> TestQuestionWithKey:
    """Change a question. Its type stays."""
    actions.change_question(tx, actor, question_id, data)
    return tests.question_with_key(tx, actor, question_id)


@delete("/api/v1/admin/tests/questions/{question_id:int}", status_code=200, opt=may(actions.delete_question), tags=["admin-tests"])
@work
def delete_question(tx: Tx, actor: Actor, question_id: PathId) -> TestQuestionWithKey:
    """Delete a question and answer what it was."""
    deleted = tests.question_with_key(tx, actor, question_id)
    actions.delete_question(tx, actor, question_id)
    return deleted


ROUTES = [
    create_test,
    change_test,
    delete_test,
    list_attempts,
    analyse_test,
    create_section,
    change_section,
    delete_section,
    create_question,
    import_questions,
    change_question,
    delete_question,
]
