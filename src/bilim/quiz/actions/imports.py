"""Bringing questions of other programs into a section: all of them or none."""

from msgspec import Struct

from bilim.db.engine import Tx
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest, FieldProblems, Invalid, Problem
from bilim.kit.validation import read
from bilim.questions.rules.gift import read_gift
from bilim.questions.rules.imported import MAX_QUESTIONS, Format, ImportedQuestion
from bilim.questions.rules.spreadsheet import read_csv
from bilim.quiz import access
from bilim.quiz.actions.authoring import insert_question, next_position, note_change, require_room
from bilim.quiz.inputs import TestQuestionInput

_READERS = {"gift": read_gift, "csv": read_csv}


class ReadFile(Struct):
    """What a file holds: its questions, and what is wrong, by the row at which a question begins."""

    questions: list[TestQuestionInput]
    problems: dict[str, FieldProblems]


@internal
def read_file(format: Format, text: str) -> ReadFile:
    """Read a file of questions and check each as if it had been sent alone.

    Raises:
        BadRequest: more questions than a test may have.
    """
    found = _READERS[format](text)
    if len(found.questions) + len(found.problems) > MAX_QUESTIONS:
        raise BadRequest("too_many_questions", most=MAX_QUESTIONS)
    questions: list[TestQuestionInput] = []
    problems = dict(found.problems)
    for each in found.questions:
        try:
            questions.append(_checked(each))
        except Invalid as error:
            problems[each.row] = error.fields
    if not questions and not problems:
        problems[1] = {"non_field_errors": [Problem("import_empty")]}
    return ReadFile(questions, {str(row): problems[row] for row in sorted(problems)})


def _checked(found: ImportedQuestion) -> TestQuestionInput:
    sent = {"question_type": found.question_type, "question_text": found.question_text, "question_data": found.question_data}
    return read(TestQuestionInput, {**sent, "marks": found.marks})


@requires(Role.ADMIN)
def check_import(tx: Tx, actor: Actor, section_id: int, file: ReadFile) -> None:
    """Check that an import would succeed, apart from what is wrong in the file; nothing is written.

    Raises:
        NotFound: there is no such section.
        Conflict: the test would have too many questions.
    """
    require_room(tx, access.lock_test_of_section(tx, actor, section_id), len(file.questions))


@requires(Role.ADMIN)
def import_questions(tx: Tx, actor: Actor, section_id: int, file: ReadFile) -> list[int]:
    """Append the questions of a file to a section; their ids. Nothing is imported where anything is wrong.

    Raises:
        NotFound: there is no such section.
        Invalid: naming in `rows` what is wrong, by row.
        Conflict: the test would have too many questions.
    """
    test_id = access.lock_test_of_section(tx, actor, section_id)
    if file.problems:
        raise Invalid({"rows": file.problems})
    require_room(tx, test_id, len(file.questions))
    first = next_position(tx, section_id)
    note_change(tx, test_id)
    return [insert_question(tx, section_id, first + place, each) for place, each in enumerate(file.questions)]
