"""What waits between its transactions, and what has to happen before a route reads."""

from msgspec import Struct

from bilim.files.kinds import StagedFile
from bilim.files.store import Store
from bilim.http.pools import Pools
from bilim.http.work import Settling, Units
from bilim.kit.actors import Actor
from bilim.kit.errors import FieldProblems, Invalid
from bilim.kit.inputs import value_or
from bilim.quiz.actions import closing, imports
from bilim.quiz.inputs import QuestionImportInput, TestQuestionInput

DUE_ATTEMPTS = Settling(closing.is_any_due, closing.close_due)
"""Staff read lists and figures after the attempts whose time is up were closed, so that they see all of them."""


class Imported(Struct):
    """What came of an import, or would come of it."""

    question_ids: list[int]
    """Empty after a dry run."""
    questions: list[TestQuestionInput]
    problems: dict[str, FieldProblems]
    """By row; empty unless it was a dry run."""


async def import_questions(units: Units, pools: Pools, store: Store, actor: Actor, section_id: int, new: QuestionImportInput) -> Imported:
    """Import questions into a section, or with `dry_run` say what would come of it. The file is read outside of any transaction.

    Raises:
        BadRequest: too many questions.
        Invalid: a file that is no text, or what is wrong by row, where it is no dry run.
        NotFound, Conflict: see `actions.imports`.
    """
    text = await pools.files.run(_text_of, store, new.file) if isinstance(new.file, StagedFile) else value_or(new.text, "")
    file = await pools.explaining.run(imports.read_file, new.format, text)
    if new.dry_run:
        await units.write(imports.check_import, actor, section_id, file)
        return Imported([], file.questions, file.problems)
    return Imported(await units.write(imports.import_questions, actor, section_id, file), file.questions, {})


def _text_of(store: Store, file: StagedFile) -> str:
    """The text of an uploaded file, which is not kept."""
    try:
        return store.path(file.name).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(file="import_not_utf8") from None
    finally:
        store.delete(file.name)
