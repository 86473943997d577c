"""Exams and their results in the centre's words (document 002, sections 13 and 14)."""

from litestar import delete, get, post
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.exams import flows
from bilim.exams.actions import exams as actions
from bilim.exams.actions import results as checking
from bilim.exams.actions import taking
from bilim.exams.inputs import CodeInput, ExamChanges, ExamInput, ExamSubmissionInput, ResultChanges
from bilim.exams.queries import analysis, exams, results
from bilim.exams.queries.analysis import AnalysisView
from bilim.exams.queries.exams import ExamSheet, ExamView, ExamWithKey
from bilim.exams.queries.results import ResultView, ResultWithAnswers
from bilim.http.access import may
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import READS_LONG, Units, change, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.paging import RowStream, page


@renamed(subject_id="subject")
class ExamChangesBody(ExamChanges):
    """Changes of an exam: what is left out or null stays, but null clears the description. Questions replace all earlier ones."""


@renamed(subject_id="subject")
class ExamBody(ExamInput):
    """An exam, a draft without a limit of time by default. Questions may be added later."""


class StatusOut(Struct):
    """What was done, in Uzbek."""

    status: str


PUBLISHED = StatusOut("Test nashr etildi")
UNPUBLISHED = StatusOut("Test nashrdan olindi")


@get("/api/v1/exams", opt=may(exams.exams), tags=["exams"])
@work
def list_exams(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[ExamView]:
    """All exams; a student sees those that are published and active, with the codes of those that they entered."""
    return exams.exams(tx, actor, page(skip, limit))


@post("/api/v1/exams", opt=may(actions.create_exam), tags=["exams"])
@work
def create_exam(tx: Tx, actor: Actor, data: ExamBody) -> ExamWithKey:
    """Make an exam with its questions; its code is made here."""
    return exams.exam_with_key(tx, actor, actions.create_exam(tx, actor, data))


@post("/api/v1/exams/enter-code", status_code=200, opt=may(taking.enter_exam), tags=["exams"])
@work
async def enter_exam(units: Units, actor: Actor, data: CodeInput) -> ExamWithKey | ExamSheet:
    """Enter an exam by its code and get its questions. A student's clock starts with their first entry."""
    return await flows.enter_exam(units, actor, data)


@get("/api/v1/exams/{id:int}", opt=may(exams.exam), tags=["exams"])
@work
def read_exam(tx: Tx, actor: Actor, id: PathId) -> ExamWithKey | ExamSheet:
    """One exam with its questions; a student sees them once they entered its code, and never the correct answers."""
    return exams.exam(tx, actor, id)


@change("/api/v1/exams/{id:int}", whole=ExamBody, opt=may(actions.change_exam), tags=["exams"])
def change_exam(tx: Tx, actor: Actor, id: PathId, data: ExamChangesBody) -> ExamWithKey:
    """Change an exam. Other questions are refused once somebody entered it or handed it in."""
    actions.change_exam(tx, actor, id, data)
    return exams.exam_with_key(tx, actor, id)


@delete("/api/v1/exams/{id:int}", opt=may(actions.delete_exam), tags=["exams"])
@work
def delete_exam(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete an exam; results stay."""
    actions.delete_exam(tx, actor, id)


@post("/api/v1/exams/{id:int}/publish", status_code=200, opt=may(actions.publish_exam), tags=["exams"])
@work
def publish_exam(tx: Tx, actor: Actor, id: PathId) -> StatusOut:
    """Show an exam to students."""
    actions.publish_exam(tx, actor, id)
    return PUBLISHED


@post("/api/v1/exams/{id:int}/unpublish", status_code=200, opt=may(actions.unpublish_exam), tags=["exams"])
@work
def unpublish_exam(tx: Tx, actor: Actor, id: PathId) -> StatusOut:
    """Hide an exam from students."""
    actions.unpublish_exam(tx, actor, id)
    return UNPUBLISHED


@post("/api/v1/exams/{id:int}/copy", status_code=200, opt=may(actions.copy_exam), tags=["exams"])
@work
def copy_exam(tx: Tx, actor: Actor, id: PathId) -> ExamWithKey:
    """Copy an exam with its questions. The copy has a new code and is not published."""
    return exams.exam_with_key(tx, actor, actions.copy_exam(tx, actor, id))


@post("/api/v1/exams/{id:int}/submit", opt=may(taking.submit_exam), tags=["exams"])
@work
def submit_exam(tx: Tx, actor: Actor, id: PathId, data: ExamSubmissionInput) -> ResultWithAnswers:
    """Hand in the answers to an exam, once. The score is told at once, which answers are correct after a person checked them."""
    return results.result(tx, actor, taking.submit_exam(tx, actor, id, data))


@get("/api/v1/exams/{id:int}/analysis", opt=may(analysis.analysis) | READS_LONG, tags=["exams"])
@work
def analyse_exam(tx: Tx, actor: Actor, id: PathId) -> AnalysisView:
    """How the questions of an exam did: how many answered them correctly, and how well they tell strong students from weak ones."""
    return analysis.analysis(tx, actor, id)


@get("/api/v1/exam-results", opt=may(results.results), tags=["exam results"])
@work
def list_results(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[ResultView]:
    """All results; a student sees their own."""
    return results.results(tx, actor, page(skip, limit))


@get("/api/v1/exam-results/my-results", opt=may(results.own_results), tags=["exam results"])
@work
def list_own_results(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[ResultView]:
    """The caller's own results."""
    return results.own_results(tx, actor, page(skip, limit))


@get("/api/v1/exam-results/{id:int}", opt=may(results.result), tags=["exam results"])
@work
def read_result(tx: Tx, actor: Actor, id: PathId) -> ResultWithAnswers:
    """One result with its answers; a student sees which are correct once it is checked."""
    return results.result(tx, actor, id)


@change("/api/v1/exam-results/{id:int}", whole=ResultChanges, opt=may(checking.check_result), tags=["exam results"])
def check_result(tx: Tx, actor: Actor, id: PathId, data: ResultChanges) -> ResultWithAnswers:
    """Mark answers of a result, and say that it is checked. The score follows the marks."""
    checking.check_result(tx, actor, id, data)
    return results.result(tx, actor, id)


@delete("/api/v1/exam-results/{id:int}", opt=may(checking.delete_result), tags=["exam results"])
@work
def delete_result(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a result. The student may take the exam again."""
    checking.delete_result(tx, actor, id)


ROUTES = [
    list_exams,
    create_exam,
    enter_exam,
    read_exam,
    *change_exam,
    delete_exam,
    publish_exam,
    unpublish_exam,
    copy_exam,
    submit_exam,
    analyse_exam,
    list_results,
    list_own_results,
    read_result,
    *check_result,
    delete_result,
]
