"""Loading the demo content: courses, a learning centre, a mock test, a forum, practice tests, and people of every role."""

import tomllib
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from bilim.accounts.actions import store_person
from bilim.accounts.inputs import PersonInput
from bilim.accounts.models import User
from bilim.accounts.passwords import hash_password, matches
from bilim.app.factories import make_store
from bilim.app.services import open_database
from bilim.catalog import actions as catalog
from bilim.catalog.inputs import CourseChanges, CourseInput, SectionInput, SectionLessonInput, WordInput
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Tx
from bilim.demo.centre import load_centre
from bilim.demo.exams import exam_code
from bilim.demo.forum import load_forum
from bilim.demo.homework import load_homework
from bilim.demo.interactive import load_interactive_lessons, load_lesson_session
from bilim.demo.market import load_market
from bilim.demo.mock import load_mock_test
from bilim.demo.phrases import load_phrases
from bilim.demo.plans import load_plans
from bilim.demo.practice import load_practice
from bilim.demo.quiz import load_tests
from bilim.demo.tutor import load_conversation
from bilim.kit import text
from bilim.kit.actors import Actor, Role
from bilim.kit.validation import read
from bilim.practice.tokens import ExerciseNames
from bilim.settings import Settings

PASSWORD = "bilim-demo-2026"  # noqa: S105 - printed for everyone who loads the demo

_COURSES = ("english_a1", "uzbek_a1", "ielts_foundations")
_PEOPLE = (
    PersonInput(
        username="demo_admin",
        password=PASSWORD,
        email="demo_admin@example.com",
        first_name="Nodira",
        last_name="Rahimova",
        role=Role.ADMIN,
    ),
    PersonInput(
        username="demo_teacher",
        password=PASSWORD,
        email="demo_teacher@example.com",
        first_name="Bobur",
        last_name="Toshmatov",
        phone="+998901112233",
        role=Role.TEACHER,
    ),
    PersonInput(
        username="demo_student",
        password=PASSWORD,
        email="demo_student@example.com",
        first_name="Jasur",
        last_name="Qodirov",
        current_level="A1",
    ),
    PersonInput(
        username="demo_premium",
        password=PASSWORD,
        email="demo_premium@example.com",
        first_name="Oʻgʻiloy",
        last_name="Gʻaniyeva",
        current_level="B1",
    ),
)


def logins(settings: Settings) -> list[tuple[str, str, str]]:
    """Role, username and password of the demo people who are there with the demo's password."""
    database = open_database(settings)
    names = [text.fold(new.username) for new in _PEOPLE]
    with database.read() as tx:
        found = tx.execute(select(User.role, User.username, User.password_hash).where(User.username_key.in_(names)).order_by(User.id)).all()
    database.close()
    return [(role, username, PASSWORD) for role, username, password_hash in found if matches(password_hash, PASSWORD)]


def exam_to_take(settings: Settings) -> str | None:
    """The code of the demo's exam, where it is there and open."""
    database = open_database(settings)
    with database.read() as tx:
        code = exam_code(tx)
    database.close()
    return code


def load_demo(settings: Settings) -> bool:
    """Load the demo content in one transaction; return False where it is there already."""
    database = open_database(settings)
    password_hash = hash_password(PASSWORD)
    try:
        with database.write() as tx:
            if tx.scalar(select(User.id).where(User.username_key == text.fold(_PEOPLE[0].username))) is not None:
                return False
            ids = {new.username: store_person(tx, new, password_hash) for new in _PEOPLE}
            author = Actor(ids["demo_admin"], Role.ADMIN, is_premium=False, session_id=0)
            courses = {name: load_course(tx, author, ids["demo_teacher"], _read(name)) for name in _COURSES}
            load_interactive_lessons(tx, author, courses)
            teacher = Actor(ids["demo_teacher"], Role.TEACHER, is_premium=False, session_id=0)
            load_centre(tx, author, teacher, ids["demo_student"], password_hash)
            student = Actor(ids["demo_student"], Role.STUDENT, is_premium=False, session_id=0)
            load_homework(tx, teacher, student, courses["english_a1"])
            load_mock_test(tx, make_store(settings), teacher, student)
            load_phrases(tx, teacher)
            load_plans(tx, author, ids["demo_premium"])
            premium = Actor(ids["demo_premium"], Role.STUDENT, is_premium=True, session_id=0)
            load_forum(tx, author, {"admin": author, "teacher": teacher, "student": student, "premium": premium})
            load_tests(tx, author, premium)
            load_conversation(tx, student, settings.zone)
            load_market(tx, teacher, student, premium, courses, settings.instructor_share_percent)
            load_lesson_session(tx, student)
            load_practice(tx, ExerciseNames(settings.secret_key), [student, premium], courses["english_a1"])
    finally:
        database.close()
    return True


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("bilim.demo").joinpath("courses", f"{name}.toml").read_text("utf8"))


def load_course(tx: Tx, author: Actor, instructor_id: int, content: dict[str, Any]) -> int:
    """Make a published course of a file's content and return its id."""
    terms = CourseTerms(needs_review=False)
    course_id = catalog.create_course(tx, author, read(CourseInput, {**content["course"], "instructor_id": instructor_id}), terms)
    for part in content["sections"]:
        section_id = catalog.create_section(tx, author, SectionInput(course_id=course_id, title=part["title"]))
        for order, lesson in enumerate(part["lessons"]):
            _load_lesson(tx, author, section_id, order, lesson)
    catalog.change_course(tx, author, course_id, CourseChanges(is_published=True), terms)
    return course_id


def _load_lesson(tx: Tx, author: Actor, section_id: int, position: int, lesson: dict[str, Any]) -> None:
    fields = {**lesson, "content": lesson["content"].strip(), "section_id": section_id, "position": position}
    lesson_id = catalog.create_lesson_in_section(tx, author, read(SectionLessonInput, fields))
    for word in lesson.get("words", ()):
        new = WordInput(word=word["word"], translation=word["translation"], ipa_pronunciation=word["ipa"], lesson_id=lesson_id)
        catalog.create_word(tx, author, new)
