"""Reads of the words that somebody reviews: those due, then new ones of lessons that they finished."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import BindParameter, ColumnElement, bindparam, case, exists, func, literal_column, select, union_all

from bilim.catalog.access import VIEWER, Visibility, is_open, is_visible, viewer, visibility_of
from bilim.catalog.models import Course, Lesson, Word
from bilim.db.base import UtcDateTime
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, nested, nested_or_none, select_into
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.practice.models import WordReminder, WordReview
from bilim.practice.rules.schedule import Memory
from bilim.study.models import Completion

NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())


class WordToReview(Struct):
    """A word with what its learner remembers of it. A `new` word has no times, stability and difficulty yet."""

    id: int
    lesson_id: int
    word: str
    translation: str
    ipa_pronunciation: str | None
    state: str
    """`new`, `learning`, `review` or `relearning`."""
    due: datetime | None
    last_review: datetime | None
    stability: float | None
    difficulty: float | None
    reps: int
    lapses: int


_FIELDS: dict[str, Any] = {
    "id": Word.id,
    "lesson_id": Word.lesson_id,
    "word": Word.word,
    "translation": Word.translation,
    "ipa_pronunciation": Word.ipa_pronunciation,
    "state": func.coalesce(WordReview.state, "new"),
    "due": WordReview.due,
    "last_review": WordReview.last_review,
    "stability": WordReview.stability,
    "difficulty": WordReview.difficulty,
    "reps": func.coalesce(WordReview.reps, 0),
    "lapses": func.coalesce(WordReview.lapses, 0),
}
_OWN_REVIEW = (WordReview.word_id == Word.id) & (WordReview.user_id == VIEWER)


def _is_there(visibility: Visibility) -> tuple[ColumnElement[bool], ...]:
    return Lesson.deleted_at.is_(None), is_visible(visibility)


def _placed(selection: Selection[Any]) -> Selection[Any]:
    """With the word's lesson and course, and what the viewer remembers of it."""
    return (
        selection.join(Lesson, Lesson.id == Word.lesson_id).join(Course, Course.id == Lesson.course_id).outerjoin(WordReview, _OWN_REVIEW)
    )


@cache
def _waiting(visibility: Visibility) -> ListQuery[WordToReview]:
    """Due words, longest due first; then new ones, in the order in which their lessons were finished."""
    due = select(WordReview.word_id, literal_column("0").label("turn"), WordReview.due.label("since"))
    new = select(Word.id, literal_column("1"), Completion.completed_at).join(Word, Word.lesson_id == Completion.lesson_id)
    is_known = exists(select(WordReview.word_id).where(_OWN_REVIEW).correlate(Word))
    waiting = union_all(
        due.where(WordReview.user_id == VIEWER, WordReview.due <= NOW), new.where(Completion.user_id == VIEWER, ~is_known)
    ).subquery("waiting")
    selected = _placed(select_into(WordToReview, **_FIELDS).select_from(waiting).join(Word, Word.id == waiting.c.word_id))
    return ListQuery(selected.where(*_is_there(visibility), is_open(visibility)).order_by(waiting.c.turn, waiting.c.since, Word.id))


@signed_in
def words_to_review(tx: Tx, actor: Actor, page: Page) -> RowStream[WordToReview]:
    """The words that wait for the actor: due ones first, then new ones of the lessons that they finished; only words open to them."""
    return paginate(tx, _waiting(visibility_of(actor)), page, viewer(actor, now=tx.now))


class ReviewedWord(Struct):
    """A word that somebody is about to review."""

    shown: WordToReview
    memory: Memory | None
    is_open: bool
    is_priced: bool


@cache
def _one(visibility: Visibility) -> PreparedSelection[ReviewedWord]:
    names = ("state", "step", "stability", "difficulty", "due", "last_review", "reps", "lapses")
    selected = select_into(
        ReviewedWord,
        shown=nested(WordToReview, **_FIELDS),
        memory=nested_or_none(Memory, **{name: getattr(WordReview, name) for name in names}),
        is_open=case((is_open(visibility), True), else_=False),
        is_priced=case((Course.price > 0, True), else_=False),
    )
    return PreparedSelection(_placed(selected).where(Word.id == bindparam("word_id"), *_is_there(visibility)))


@internal
def reviewed_word(tx: Tx, actor: Actor, word_id: int) -> ReviewedWord:
    """A word, whether it is open to the actor, and what they remember of it.

    Raises:
        NotFound: no such word, or one that the actor may not know of.
    """
    return tx.fetch_one(_one(visibility_of(actor)), viewer(actor, word_id=word_id))


class WordReminderView(Struct):
    """Whether somebody wants to be told when words are due."""

    is_wanted: bool


_REMINDER = PreparedSelection(select_into(WordReminderView, is_wanted=WordReminder.is_wanted).where(WordReminder.user_id == VIEWER))


@signed_in
def reminder(tx: Tx, actor: Actor) -> WordReminderView:
    """Whether the actor wants to be told when words are due; not, unless they said so."""
    return tx.fetch_first(_REMINDER, viewer(actor)) or WordReminderView(is_wanted=False)


@internal
def has_due_words(user_id: Any) -> ColumnElement[bool]:
    """Whether words of published lessons are due for a person, for a statement about many of them; with `NOW` among its values."""
    due = select(WordReview.word_id).join(Word, Word.id == WordReview.word_id).join(Lesson, Lesson.id == Word.lesson_id)
    published = (Course.is_published, Course.deleted_at.is_(None), Lesson.deleted_at.is_(None))
    of_person = due.join(Course, Course.id == Lesson.course_id).where(WordReview.user_id == user_id, WordReview.due <= NOW, *published)
    return exists(of_person)
