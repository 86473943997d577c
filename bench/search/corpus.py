"""The catalogue that is searched, and the queries, both made up from a seed."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy import select

from bench.rows import EPOCH, advance_sequences, fill
from bench.search.words import BY_LANGUAGE
from bilim.accounts.models import User
from bilim.catalog.jobs import index_everything
from bilim.catalog.models import Category, Course, Lesson, Section
from bilim.db.engine import Database
from bilim.study.actions.reviews import recount_ratings
from bilim.study.models import Review

LEVELS = ("A1", "A2", "B1", "B2", "C1")
_CATEGORIES = 12
_CONTENT_WORDS = 40


class Sizes(Struct, frozen=True):
    """How much there is."""

    courses: int = 2_000
    lessons: int = 50_000
    reviews: int = 100_000


class Titled(Struct, frozen=True):
    """A course to be found."""

    id: int
    title: str
    language: str


def build(db: Database, sizes: Sizes, seed: int) -> list[Titled]:
    """Fill a migrated database and index it; return the courses."""
    rng = random.Random(seed)
    courses = list(_titled(rng, sizes.courses))
    with db.write() as tx:
        connection = tx.connection
        reviewers = sizes.reviews // sizes.courses
        fill(connection, User, (_person(number) for number in range(1, reviewers + 2)))
        fill(connection, Category, ({"id": number, "name": f"Toifa {number}", "name_key": f"toifa {number}"} for number in range(1, 13)))
        fill(connection, Course, (_course(rng, course) for course in courses))
        fill(connection, Section, ({"id": each.id, "course_id": each.id, "title": each.title, "is_implicit": True} for each in courses))
        fill(connection, Lesson, _lessons(rng, courses, sizes.lessons))
        fill(connection, Review, _reviews(rng, courses, reviewers))
        if tx.dialect == "postgresql":
            advance_sequences(connection, User, Category, Course, Section, Lesson, Review)
    index_everything(db)
    with db.write() as tx:
        recount_ratings(tx)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE")  # as it does by itself soon
    return courses


def _titled(rng: random.Random, count: int) -> Iterator[Titled]:
    """Courses of three or four different words each, no two of the same words."""
    known: set[frozenset[str]] = set()
    while len(known) < count:
        language = rng.choice(list(BY_LANGUAGE))
        words = rng.sample(BY_LANGUAGE[language], rng.choice((3, 3, 4)))
        if frozenset(words) not in known:
            known.add(frozenset(words))
            yield Titled(len(known), " ".join(words).capitalize(), language)


def _person(number: int) -> dict[str, Any]:
    name = f"reviewer{number}"
    return {
        "id": 1000 + number, "username": name, "username_key": name, "email": f"{name}@example.com", "email_key": f"{name}@example.com",
        "password_hash": "x", "role": "student", "created_at": EPOCH, "updated_at": EPOCH, "first_name": name, "last_name": "",
    }  # fmt: skip


def _text(rng: random.Random, language: str, words: int) -> str:
    return " ".join(rng.choices(BY_LANGUAGE[language], k=words))


def _course(rng: random.Random, course: Titled) -> dict[str, Any]:
    return {
        "id": course.id, "instructor_id": 1001, "title": course.title, "description": _text(rng, course.language, 30),
        "short_description": _text(rng, course.language, 8), "difficulty_level": rng.choice(LEVELS), "is_published": rng.random() < 0.95,
        "language": course.language, "price": rng.choice((0, 0, 50_000_00, 199_000_00)), "category_id": rng.randint(1, _CATEGORIES),
        "created_at": EPOCH, "updated_at": EPOCH, "external_key": f"c{course.id}",
    }  # fmt: skip


def _lessons(rng: random.Random, courses: list[Titled], count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        course = courses[number % len(courses)]
        yield {
            "id": number, "course_id": course.id, "section_id": course.id, "title": _text(rng, course.language, 3).capitalize(),
            "content": _text(rng, course.language, _CONTENT_WORDS), "is_preview": number % 5 == 0, "position": number // len(courses),
            "created_at": EPOCH, "updated_at": EPOCH, "external_key": f"l{number}",
        }  # fmt: skip


def _reviews(rng: random.Random, courses: list[Titled], reviewers: int) -> Iterator[dict[str, Any]]:
    for course in courses:
        liked = rng.choice((2, 3, 4, 5))
        for number in range(1, reviewers + 1):
            rating = min(5, max(1, liked + rng.choice((-1, 0, 0, 1))))
            yield {
                "user_id": 1000 + number,
                "course_id": course.id,
                "rating": rating,
                "comment": "",
                "created_at": EPOCH,
                "updated_at": EPOCH,
            }


class Query(Struct, frozen=True):
    """A query as somebody types it, and the course that it means."""

    kind: str
    text: str
    course_id: int


def published(db: Database, courses: list[Titled]) -> list[Titled]:
    """Those that everybody sees."""
    with db.read() as tx:
        shown = set(tx.scalars(select(Course.id).where(Course.is_published)))
    return [course for course in courses if course.id in shown]


def queries(courses: list[Titled], count: int, seed: int) -> list[Query]:
    """As many queries of each kind, made of courses' titles."""
    rng = random.Random(seed)
    made: list[Query] = []
    while len(made) < count:
        kind, typed = list(_KINDS.items())[len(made) % len(_KINDS)]
        course = rng.choice(courses)
        text = typed(rng, course)
        if text is not None:
            made.append(Query(kind, text, course.id))
    return made


def _reordered(rng: random.Random, course: Titled) -> str:
    words = course.title.lower().split()
    return " ".join(rng.sample(words, len(words)))


def _beginnings(rng: random.Random, course: Titled) -> str:
    """Every word begun, four letters at least."""
    return " ".join(word[: rng.randint(min(4, len(word)), len(word))] for word in course.title.lower().split())


def _slip(rng: random.Random, word: str) -> str:
    place = rng.randrange(1, len(word) - 1)
    letter = rng.choice("абвгдеиклмнопрсту" if "а" <= word[0] <= "я" else "abdeghiklmnoprstu")
    return rng.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
        )
    )


def _with_slips(count: int) -> Callable[[random.Random, Titled], str | None]:
    def typed(rng: random.Random, course: Titled) -> str | None:
        """Slips in words of five letters or more; two in one word where it has eight."""
        words = course.title.lower().split()
        left = count
        while left:
            places = [place for place, word in enumerate(words) if len(word) >= (5 if left == 1 else 8)]
            if not places:
                return None
            place = rng.choice(places)
            at_once = left if rng.random() < 0.5 or left == 1 else 1
            if len(words[place]) < 5 + 3 * (at_once - 1):
                continue
            for _ in range(at_once):
                words[place] = _slip(rng, words[place])
            left -= at_once
        return " ".join(words)

    return typed


_TO_CYRILLIC = (
    ("o‘", "ў"), ("g‘", "ғ"), ("sh", "ш"), ("ch", "ч"), ("yo", "ё"), ("yu", "ю"), ("ya", "я"), ("ye", "е"), ("’", "ъ"), ("a", "а"),
    ("b", "б"), ("d", "д"), ("e", "е"), ("f", "ф"), ("g", "г"), ("h", "ҳ"), ("i", "и"), ("j", "ж"), ("k", "к"), ("l", "л"), ("m", "м"),
    ("n", "н"), ("o", "о"), ("p", "п"), ("q", "қ"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"), ("x", "х"), ("y", "й"),
    ("z", "з"),
)  # fmt: skip
_LATIN = "a b v g d e yo j z i y k l m n o p r s t u f x ts ch sh sh _ i _ e yu ya"
_TO_LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", _LATIN.split(), strict=True))


def _other_script(rng: random.Random, course: Titled) -> str | None:  # noqa: ARG001 - as the others
    title = course.title.lower()
    if course.language == "uz":
        for latin, cyrillic in _TO_CYRILLIC:
            title = title.replace(latin, cyrillic)
        return title
    if course.language == "ru":
        return "".join(_TO_LATIN.get(letter, letter) for letter in title).replace("_", "")
    return None


def _other_apostrophes(rng: random.Random, course: Titled) -> str | None:
    if not {"‘", "’"} & set(course.title):
        return None
    return "".join(rng.choice(("'", "`", "ʻ", "ʼ", "’", "‘", "´", "")) if letter in "‘’" else letter for letter in course.title)


_KINDS: dict[str, Callable[[random.Random, Titled], str | None]] = {
    "as it is": lambda _, course: course.title,
    "reordered": _reordered,
    "beginnings": _beginnings,
    "one slip": _with_slips(1),
    "two slips": _with_slips(2),
    "other script": _other_script,
    "apostrophes": _other_apostrophes,
}
