"""What is sent along with a question: words and lessons of the school that are open to whoever asks, and the rules of the tutor."""

from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from bilim.accounts.models import User
from bilim.catalog.access import Visibility, is_open, is_visible, viewer, visibility_of
from bilim.catalog.models import Course, Lesson, Word
from bilim.catalog.queries import lessons as catalog
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound, unknown
from bilim.study.models import Enrollment
from bilim.tutor import rules
from bilim.tutor.protocols import KnownWord, Material, Prompt, Turn
from bilim.tutor.rules import retrieval

_RULES = Template(files("bilim.tutor").joinpath("prompts/tutor.md").read_text("utf8"))
_LESSONS_SEARCHED = 300
_LESSONS_READ = 6
_WORDS_READ = 60
_LEVELS = frozenset({"beginner", "elementary", "pre-intermediate", "intermediate", "upper-intermediate", "advanced", "proficient"}) | {
    f"{letter}{number}" for letter in "abc" for number in "12"
}
"""Levels that may be named to a model. Others are what somebody typed into their profile."""

_LEVEL = Prepared(select(User.current_level).where(User.id == bindparam("user_id")))
_PLACES = 6
"""Patterns of a question's words that lessons are searched for."""


class Question(Struct, frozen=True):
    """What somebody asks, where, and after what."""

    text: str
    language: str
    """A code of `rules.LANGUAGES`."""
    lesson_id: int | None = None
    earlier: tuple[Turn, ...] = ()
    """What was said before, oldest first."""
    needs_lesson: bool = True
    """Whether the lesson must be there; a conversation goes on without one that was withdrawn."""
    remarks: tuple[str, ...] = ()
    """What rules found in its text."""


@internal
def prompt_for(tx: Tx, actor: Actor, question: Question) -> Prompt:
    """The prompt of a question, with the learner's level and what the school knows about it.

    Raises:
        Invalid: there is no such lesson that the actor may know of.
    """
    level = (tx.scalar(_LEVEL, {"user_id": actor.id}) or "").strip().lower()
    known = f"The learner's level is {level}: choose words and examples for it." if level in _LEVELS else "Find out the learner's level."
    return Prompt(
        rules=_RULES.substitute(language=rules.LANGUAGES[question.language], level=known).strip(),
        turns=(*question.earlier, Turn("user", question.text)),
        max_tokens=rules.MAX_TOKENS,
        language=question.language,
        material=material_for(tx, actor, question),
    )


@internal
def material_for(tx: Tx, actor: Actor, question: Question) -> Material:
    """What the school knows about a question, of lessons that are open to the actor: first the one it is about.

    Raises:
        Invalid: see `prompt_for`.
    """
    lesson = _lesson(tx, actor, question)
    found = _Search(tx, actor, question.text)
    texts = [(lesson.title, lesson.content or "")] if lesson else []
    texts += [each for each in found.lessons() if lesson is None or each[0] != lesson.title]
    words = (
        [KnownWord(word.word or "", word.translation or "", word.ipa_pronunciation, lesson.title) for word in lesson.words]
        if lesson
        else []
    )
    return Material(
        words=retrieval.best_words([*words, *found.words()], question.text),
        passages=retrieval.best_passages(texts, question.text, preferred=lesson.title if lesson else None),
        lesson=lesson.title if lesson else None,
        remarks=question.remarks,
    )


def _lesson(tx: Tx, actor: Actor, question: Question) -> catalog.LessonView | None:
    if question.lesson_id is None:
        return None
    try:
        return catalog.lesson(tx, actor, question.lesson_id)
    except NotFound:
        if question.needs_lesson:
            raise unknown("lesson_id", question.lesson_id) from None
        return None


class _Search:
    """What the lessons that are open to somebody have of a question. Of very many, those of the courses they study are searched."""

    def __init__(self, tx: Tx, actor: Actor, question: str) -> None:
        self._tx = tx
        self._visibility = visibility_of(actor)
        self._values = viewer(actor)
        self._question = question

    def words(self) -> list[KnownWord]:
        """Words and phrases that the question has, or their translations."""
        phrases = retrieval.phrases_of(self._question)
        if not phrases:
            return []
        rows = self._tx.all(_words(self._visibility), {**self._values, "phrases": phrases})
        return [KnownWord(*row) for row in rows]

    def lessons(self) -> list[tuple[str, str]]:
        """Titles and texts of lessons that have one of the question's words."""
        terms = sorted(retrieval.terms_of(self._question), key=len, reverse=True)[:_PLACES]
        if not terms:
            return []
        patterns = {f"pattern{at}": f"%{_escaped(terms[min(at, len(terms) - 1)])}%" for at in range(_PLACES)}
        return [(row[0], row[1]) for row in self._tx.all(_lessons(self._visibility), {**self._values, **patterns})]


def _escaped(term: str) -> str:
    """A term as a part of a pattern, in which any sign may stand for the one in `oʻ`."""
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("'", "_")


def _searched(visibility: Visibility) -> Select[Any]:
    """The lessons that are searched: those of courses that the viewer studies first, then the newest."""
    studied = and_(Enrollment.course_id == Course.id, Enrollment.user_id == bindparam("viewer_id"))
    return (
        select(Lesson.id)
        .join(Course, Course.id == Lesson.course_id)
        .outerjoin(Enrollment, studied)
        .where(Lesson.deleted_at.is_(None), is_visible(visibility), is_open(visibility))
        .order_by(case((Enrollment.id.is_(None), 1), else_=0), Lesson.id.desc())
        .limit(_LESSONS_SEARCHED)
    )


@cache
def _words(visibility: Visibility) -> Prepared:
    phrases: Any = bindparam("phrases", expanding=True)
    asked = or_(func.lower(Word.word).in_(phrases), func.lower(Word.translation).in_(phrases), Word.translation.in_(phrases))
    of_searched = _searched(visibility).subquery()
    return Prepared(
        select(Word.word, Word.translation, Word.ipa_pronunciation, Lesson.title)
        .join(of_searched, of_searched.c.id == Word.lesson_id)
        .join(Lesson, Lesson.id == Word.lesson_id)
        .where(asked)
        .order_by(Word.id)
        .limit(_WORDS_READ)
    )


@cache
def _lessons(visibility: Visibility) -> Prepared:
    patterns = [bindparam(f"pattern{at}", type_=Lesson.title.type) for at in range(_PLACES)]
    body = func.lower(func.substr(Lesson.content, 1, retrieval.LESSON_CHARS))
    title = func.lower(Lesson.title)
    hits = sum(
        (case((or_(body.like(each, escape="\\"), title.like(each, escape="\\")), 1), else_=0) for each in patterns[1:]),
        start=case((or_(body.like(patterns[0], escape="\\"), title.like(patterns[0], escape="\\")), 1), else_=0),
    )
    of_searched = _searched(visibility).subquery()
    return Prepared(
        select(Lesson.title, func.substr(Lesson.content, 1, retrieval.LESSON_CHARS))
        .join(of_searched, of_searched.c.id == Lesson.id)
        .where(hits > 0)
        .order_by(hits.desc(), Lesson.id)
        .limit(_LESSONS_READ)
    )
