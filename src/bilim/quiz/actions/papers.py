"""Making the paper of a test's present content, when the first person begins it."""

from sqlalchemy import select

from bilim.db.engine import Tx
from bilim.db.select_into import convert, select_into
from bilim.kit.access import internal
from bilim.kit.errors import NotFound
from bilim.quiz.models import Paper, Question, Section, Test
from bilim.quiz.rules.papers import Paper as PaperContent
from bilim.quiz.rules.papers import PaperQuestion, PaperSection, digest_of, raw, to_json

_SECTIONS = select_into(
    PaperSection,
    id=Section.id,
    section_type=Section.section_type,
    title=Section.title,
    description=Section.description,
    instructions=Section.instructions,
    passage=Section.passage,
    audio_url=Section.audio_url,
    duration_minutes=Section.duration_minutes,
    order_index=Section.order_index,
).order_by(Section.order_index, Section.id)
_QUESTIONS = (
    select_into(
        PaperQuestion,
        id=Question.id,
        section_id=Question.section_id,
        question_type=Question.question_type,
        question_text=Question.question_text,
        data=convert(raw, Question.data),
        marks=Question.marks,
        order_index=Question.order_index,
    )
    .join(Section, Section.id == Question.section_id)
    .order_by(Question.order_index, Question.id)
)


@internal
def paper_of(tx: Tx, test_id: int) -> tuple[int, str]:
    """The id and the digest of the paper of a test's present version; of parallel calls one makes it.

    The test is locked meanwhile: no author changes it between its questions.

    Raises:
        NotFound: the test was deleted since the caller found it.
    """
    found = tx.first(select(Test.title, Test.version).where(Test.id == test_id).with_for_update())
    if found is None:
        raise NotFound
    title, version = found
    made = tx.first(select(Paper.id, Paper.digest).where(Paper.test_id == test_id, Paper.version == version))
    if made is not None:
        return made[0], made[1]
    content = to_json(_content(tx, test_id, title))
    digest = digest_of(content)
    paper_id = tx.insert(Paper, test_id=test_id, version=version, digest=digest, content=content, created_at=tx.now)
    return paper_id, digest


def _content(tx: Tx, test_id: int, title: str) -> PaperContent:
    sections = tx.fetch_all(_SECTIONS.where(Section.test_id == test_id))
    by_id = {section.id: section for section in sections}
    for question in tx.fetch_all(_QUESTIONS.where(Section.test_id == test_id)):
        by_id[question.section_id].questions.append(question)
    return PaperContent(title, sections)
