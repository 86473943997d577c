"""The data that is measured on: made up from a fixed seed, the same on every database and machine."""

import random
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine

from bench.calendars import fill_calendars
from bench.centre import CENTRE, CentreScale, Staff, fill_centre
from bench.community import COMMUNITY, CommunityScale, fill_community
from bench.content import fill_interactive
from bench.exams import EXAMS, ExamScale, fill_exams
from bench.homework import OF_A_COURSE, Piece, fill_homework, pieces
from bench.interactive import fill_sessions
from bench.market import MARKET, MarketScale, fill_market
from bench.mock import MOCK, MockScale, Running, fill_mock, running_sessions
from bench.payments import PAYMENTS, PaymentScale, fill_payments
from bench.plans import fill_plans
from bench.practice import PRACTICE, DueWord, PracticeScale, fill_practice
from bench.pronunciation import PRONUNCIATION, PronunciationScale, fill_pronunciation
from bench.quiz import QUIZ, QuizScale, fill_quiz
from bench.rows import WORDS, advance_sequences, fill, moment
from bench.tutor import fill_conversations
from bilim.accounts.models import Session, User
from bilim.accounts.passwords import hash_password
from bilim.accounts.tokens import Claims, Tokens
from bilim.catalog.models import Category, Course, Lesson, Purchase, Section, Word
from bilim.kit.actors import Role
from bilim.study.models import Completion, Enrollment, Review

SECTIONS = 5
LESSONS_A_SECTION = 5
LESSONS = SECTIONS * LESSONS_A_SECTION
FIRST_USER = 101
"""Ids below are left to whoever the product makes itself, such as the first superuser."""

SIGN_IN = {"username": f"user{FIRST_USER}@example.com", "password": "the admin's password"}
"""How the first user, an admin, signs in. Nobody else has a password."""

_SEED = 20260101
_TEACHERS = 50
_COURSES_A_STUDENT = 2
_CATEGORIES = ("English", "Matematika", "Dasturlash", "Rus tili", "Fizika", "Tarix", "IELTS", "Dizayn")


class Scale(Struct, frozen=True):
    """How much of everything there is. A course has 5 sections of 5 lessons."""

    users: int
    courses: int
    completions: int
    reviews: int
    words: int
    purchases: int
    centre: CentreScale
    exams: ExamScale = EXAMS
    mock: MockScale = MOCK
    community: CommunityScale = COMMUNITY
    quiz: QuizScale = QUIZ
    practice: PracticeScale = PRACTICE
    pronunciation: PronunciationScale = PRONUNCIATION
    market: MarketScale = MARKET
    payments: PaymentScale = PAYMENTS


FULL = Scale(users=10_000, courses=2_000, completions=100_000, reviews=6_000, words=5_000, purchases=2_000, centre=CENTRE)
QUICK = Scale(
    users=1_000,
    courses=400,
    completions=10_000,
    reviews=600,
    words=500,
    purchases=200,
    centre=CENTRE.tenth(),
    community=COMMUNITY.tenth(),
    quiz=QUIZ.tenth(),
    pronunciation=PRONUNCIATION.tenth(),
    payments=PAYMENTS.tenth(),
)


class Content(Struct):
    """What the requests are made of."""

    tokens: dict[int, str]
    """An access token of each student, by id."""
    admin: str
    """An access token of an admin."""
    teacher: str
    writes: list[tuple[int, int]]
    """(user, lesson) pairs to complete: open lessons, not completed, of free courses that the user joined, in random order."""
    sessions: list[Running]
    """Mock tests that are being sat."""
    homework: list[Piece]
    """All homework of everybody, which they handed in before."""
    teachers: dict[int, str]
    """An access token of each teacher, by id."""
    due: list[DueWord]
    """Words that are due, in random order."""


def is_free(course_id: int) -> bool:
    """Two of three courses are free."""
    return course_id % 3 != 0


def lesson_id(course_id: int, place: int) -> int:
    """The id of a course's lesson at a place from 0."""
    return (course_id - 1) * LESSONS + place + 1


def _is_premium(place: int) -> bool:
    """The last lesson of each section is for premium members, so that no student of the bench finishes a course."""
    return place % LESSONS_A_SECTION == LESSONS_A_SECTION - 1


_OPEN_PLACES = [place for place in range(LESSONS) if not _is_premium(place)]


def build(engine: Engine, scale: Scale, tokens: Tokens) -> Content:
    """Fill a migrated database, let it gather its statistics, and sign everybody in."""
    rng = random.Random(_SEED)
    students = students_of(scale.users)
    free = [course_id for course_id in range(1, scale.courses + 1) if is_free(course_id)]
    joined = {user_id: rng.sample(free, _COURSES_A_STUDENT) for user_id in students}
    done_a_course = round(scale.completions / len(students) / _COURSES_A_STUDENT)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # the product's connections begin nothing by themselves: each row would be synced
        fill_people(connection, rng, scale.users, tokens)
        _fill_courses(connection, rng, scale)
        fill_interactive(connection, random.Random(_SEED), scale.courses)
        fill_sessions(connection, random.Random(_SEED), students)
        fill_conversations(connection, random.Random(_SEED), students)
        _fill_studies(connection, rng, scale, joined, done_a_course)
        staff = Staff(FIRST_USER, range(FIRST_USER + 1, FIRST_USER + _TEACHERS))
        fill_centre(connection, rng, scale.centre, staff, students[: scale.centre.students])
        fill_exams(connection, rng, scale.exams, staff.teachers, students[: scale.centre.students])
        fill_mock(connection, rng, scale.mock, staff.teachers, students)
        homework = pieces(joined, free)
        fill_homework(connection, rng, staff.teachers, free, homework)
        fill_calendars(connection, random.Random(_SEED), staff.teachers[0], len(free) * OF_A_COURSE + 1, [*students])
        fill_plans(connection, rng, staff.teachers, students)
        fill_community(connection, rng, scale.community, students)
        fill_market(connection, random.Random(_SEED), scale.market, staff.teachers[0], students, scale.courses)
        fill_payments(connection, random.Random(_SEED), scale.payments, students, staff.teachers[0])
        fill_quiz(connection, rng, scale.quiz, FIRST_USER, students)
        learners = students[: scale.practice.learners]
        studied = {course_id: [lesson_id(course_id, place) for place in _OPEN_PLACES] for course_id in free}
        due = fill_practice(connection, rng, scale.practice, learners, studied)
        fill_pronunciation(connection, random.Random(_SEED), scale.pronunciation, staff.teachers, students)
        if connection.dialect.name == "postgresql":
            advance_sequences(connection, User, Session, Category, Course, Section, Lesson)
    gather_statistics(engine)
    made = {user_id: access_token(tokens, user_id) for user_id in students}
    teachers = {user_id: access_token(tokens, user_id) for user_id in staff.teachers}
    left = _OPEN_PLACES[done_a_course:]
    writes = [(user_id, lesson_id(course, place)) for user_id, courses in joined.items() for course in courses for place in left]
    rng.shuffle(writes)
    sessions = running_sessions(scale.mock, students)
    return Content(made, access_token(tokens, FIRST_USER), access_token(tokens, FIRST_USER + 1), writes, sessions, homework, teachers, due)


def students_of(users: int) -> range:
    """The ids of the students among so many people."""
    return range(FIRST_USER + _TEACHERS, FIRST_USER + users)


def access_token(tokens: Tokens, user_id: int) -> str:
    """An access token of the session of one of these people. Sessions have their users' ids: each user has one."""
    return tokens.make("access", Claims(user_id, user_id), _role(user_id))


def fill_people(connection: Connection, rng: random.Random, users: int, tokens: Tokens) -> None:
    """People with a session each: an admin, some teachers, then students."""
    ids = range(FIRST_USER, FIRST_USER + users)
    now = datetime.now(UTC)
    lasts = tokens.lifetimes["refresh"] + tokens.lifetimes["access"]
    fill(connection, User, (_user(rng, user_id) for user_id in ids))
    fill(connection, Session, ({"id": i, "user_id": i, "created_at": now, "expires_at": now + lasts} for i in ids))


def _role(user_id: int) -> Role:
    """The first is an admin, some are teachers, the rest students."""
    if user_id == FIRST_USER:
        return Role.ADMIN
    return Role.TEACHER if user_id < FIRST_USER + _TEACHERS else Role.STUDENT


def _user(rng: random.Random, user_id: int) -> dict[str, Any]:
    name, made = f"user{user_id}", moment(rng)
    return {
        "id": user_id,
        "username": name,
        "username_key": name,
        "email": f"{name}@example.com",
        "email_key": f"{name}@example.com",
        "phone": f"+9989{user_id:08}",
        "password_hash": hash_password(SIGN_IN["password"]) if user_id == FIRST_USER else "none",
        "first_name": rng.choice(WORDS).title(),
        "last_name": rng.choice(WORDS).title() + "ov",
        "role": _role(user_id),
        "current_level": rng.choice(("A1", "A2", "B1", "B2")),
        "created_at": made,
        "updated_at": made,
    }


def _fill_courses(connection: Connection, rng: random.Random, scale: Scale) -> None:
    ids = range(1, scale.courses + 1)
    prose = " ".join(rng.choices(WORDS, k=5_000))
    fill(connection, Category, ({"id": i, "name": n, "name_key": n.casefold()} for i, n in enumerate(_CATEGORIES, 1)))
    fill(connection, Course, (_course(rng, prose, course_id) for course_id in ids))
    sections = (
        {"id": (course_id - 1) * SECTIONS + place + 1, "course_id": course_id, "title": f"{place + 1}-bo‘lim", "position": place}
        for course_id in ids
        for place in range(SECTIONS)
    )
    fill(connection, Section, sections)
    fill(connection, Lesson, (_lesson(rng, prose, course_id, place) for course_id in ids for place in range(LESSONS)))
    words = (
        {"lesson_id": rng.randint(1, scale.courses * LESSONS), "word": rng.choice(WORDS), "translation": rng.choice(WORDS)}
        for _ in range(scale.words)
    )
    fill(connection, Word, words)


def _course(rng: random.Random, prose: str, course_id: int) -> dict[str, Any]:
    price = 0 if is_free(course_id) else rng.randint(10, 90) * 1_000_000
    made = moment(rng)
    instructor_id = FIRST_USER + rng.randrange(_TEACHERS)
    title = f"{rng.choice(WORDS)} {rng.choice(WORDS)} {course_id}".capitalize()
    return {
        "id": course_id,
        "instructor_id": instructor_id,
        "title": title,
        "published_title": title,
        "description": _piece(rng, prose, 400),
        "short_description": _piece(rng, prose, 100),
        "difficulty_level": rng.choice(("Beginner", "Intermediate", "Advanced")),
        "thumbnail_url": f"https://cdn.example.com/courses/{course_id}.webp",
        "is_published": True,
        "is_featured": rng.random() < 0.02,
        "estimated_duration": rng.randint(60, 3_000),
        "language": "uz",
        "price": price,
        "discount_price": price // 2 if rng.random() < 0.3 else 0,
        "category_id": rng.randint(1, len(_CATEGORIES)),
        "tags": rng.sample(WORDS, 3),
        "requirements": [_piece(rng, prose, 40)],
        "learning_outcomes": [_piece(rng, prose, 60) for _ in range(3)],
        "created_at": made,
        "updated_at": made,
    }


def _lesson(rng: random.Random, prose: str, course_id: int, place: int) -> dict[str, Any]:
    section, position = divmod(place, LESSONS_A_SECTION)
    made = moment(rng)
    return {
        "id": lesson_id(course_id, place),
        "course_id": course_id,
        "section_id": (course_id - 1) * SECTIONS + section + 1,
        "title": f"{rng.choice(WORDS)} {place + 1}".capitalize(),
        "content": _piece(rng, prose, 500),
        "video_url": f"https://video.example.com/{course_id}/{place}.mp4",
        "position": position,
        "premium_only": _is_premium(place),
        "is_preview": place == 0,
        "created_at": made,
        "updated_at": made,
    }


def _fill_studies(connection: Connection, rng: random.Random, scale: Scale, joined: dict[int, list[int]], done: int) -> None:
    pairs = [(user_id, course_id) for user_id, courses in joined.items() for course_id in courses]
    buyers, priced = list(joined), [course_id for course_id in range(1, scale.courses + 1) if not is_free(course_id)]
    bought = {(rng.choice(buyers), rng.choice(priced)) for _ in range(scale.purchases)}
    enrolled = [{"user_id": u, "course_id": c, "created_at": (m := moment(rng)), "studied_at": m} for u, c in pairs]
    completed = (
        {"user_id": user_id, "lesson_id": lesson_id(course_id, place), "completed_at": (m := moment(rng)), "updated_at": m}
        for user_id, course_id in pairs
        for place in _OPEN_PLACES[:done]
    )
    reviewed = (
        {"user_id": u, "course_id": c, "rating": rng.randint(1, 5), "comment": "", "created_at": (m := moment(rng)), "updated_at": m}
        for u, c in rng.sample(pairs, scale.reviews)
    )
    fill(connection, Purchase, ({"user_id": u, "course_id": c, "created_at": moment(rng)} for u, c in sorted(bought)))
    fill(connection, Enrollment, iter(enrolled))
    fill(connection, Completion, completed)
    fill(connection, Review, reviewed)


def _piece(rng: random.Random, prose: str, length: int) -> str:
    """Prose of half to one and a half times a length."""
    start = rng.randrange(len(prose) - 2 * length)
    return prose[start : start + rng.randint(length // 2, length * 3 // 2)]


def gather_statistics(engine: Engine) -> None:
    """What PostgreSQL's autovacuum does some minutes after such a load; at once, so that it does not fall into the measuring."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")
