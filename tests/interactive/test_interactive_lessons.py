"""Interactive lessons: admins write them, everyone reads what is theirs to read."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from bilim.catalog.models import Course, Purchase
from bilim.interactive.models import InteractiveLesson
from bilim.interactive.rules.content import MAX_CONTENT, MAX_DEPTH
from world import Person, World

LESSONS = "/api/v1/interactive-lessons/"
ADMIN = "/api/v1/admin/interactive-lessons/"
STEPS = {"steps": [{"say": "Hello!", "expect": ["hello", "hi"]}, {"say": "How are you?", "score": 0.5, "next": None}]}
CAFE: dict[str, Any] = {
    "title": "At the café",
    "order": 3,
    "description": "Order a coffee.",
    "video_url": "https://video.example/cafe",
    "difficulty": "intermediate",
    "is_premium": False,
    "is_active": True,
    "content": STEPS,
    "tags": ["speaking", "A2"],
    "estimated_duration": 15,
    "course_id": None,
    "avatar_id": 2,
}
LEAST = {"title": "Salomlashish", "order": 0, "avatar_id": 1}


def made(world: World, **fields: Any) -> dict[str, Any]:
    """A lesson that an admin made."""
    answer = world.admin().post(ADMIN, LEAST | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def rows(world: World) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(InteractiveLesson))


def test_a_lesson_as_the_document_shows_it(world: World) -> None:
    admin = world.admin()
    new = admin.post(ADMIN, CAFE)
    assert (new.status_code, new.json()) == (201, CAFE | {"id": new.json()["id"]})
    assert list(new.json()) == [
        "title",
        "order",
        "description",
        "video_url",
        "difficulty",
        "is_premium",
        "is_active",
        "content",
        "tags",
        "estimated_duration",
        "id",
        "course_id",
        "avatar_id",
    ]
    path = f"{LESSONS}{new.json()['id']}"
    for reader in (world.client, world.student(), world.teacher(), admin):
        assert reader.get(path).json() == new.json()
        assert reader.get(LESSONS).json() == [new.json()]
    assert admin.get(ADMIN).json() == [new.json()]


def test_what_is_left_out_or_null_has_a_default(world: World) -> None:
    told = {
        "description": None,
        "video_url": None,
        "difficulty": "beginner",
        "is_premium": False,
        "is_active": True,
        "content": {},
        "tags": [],
        "estimated_duration": 0,
        "course_id": None,
    }
    for lesson in (made(world), made(world, **dict.fromkeys(told))):
        assert lesson == LEAST | told | {"id": lesson["id"]}


def test_a_change_leaves_alone_what_it_leaves_out(world: World) -> None:
    admin, course = world.admin(), world.course(world.teacher())
    lesson = made(world, **CAFE | {"course_id": course["id"]})
    other = made(world)
    path = f"{ADMIN}{lesson['id']}"
    changed = admin.put(path, {"title": "At the bakery", "order": 4})
    assert (changed.status_code, changed.json()) == (200, lesson | {"title": "At the bakery", "order": 4})
    whole = admin.put(path, CAFE | {"avatar_id": 3, "course_id": None, "content": {"a": 1}})
    assert whole.json() == CAFE | {"id": lesson["id"], "avatar_id": 3, "content": {"a": 1}}
    assert admin.get(ADMIN).json() == [whole.json(), other]
    assert admin.put(path, whole.json()).json() == whole.json(), "as it was shown"


def test_a_deleted_lesson_is_answered_and_gone(world: World) -> None:
    admin, lesson, other = world.admin(), made(world), made(world)
    path = f"{ADMIN}{lesson['id']}"
    gone = admin.delete(path)
    assert (gone.status_code, gone.json()) == (200, lesson)
    assert rows(world) == 1
    for answer in (admin.delete(path), admin.put(path, CAFE), admin.get(f"{LESSONS}{lesson['id']}")):
        assert answer.status_code == 404
    assert admin.get(ADMIN).json() == [other]


@pytest.mark.own_database
def test_a_lesson_with_history_is_hidden(world: World) -> None:
    """Sessions will point at lessons; any row that does with RESTRICT counts."""
    admin, lesson, other = world.admin(), made(world), made(world)
    with world.db.write() as tx:
        driver = tx.connection.exec_driver_sql
        driver("CREATE TABLE histories (lesson_id BIGINT NOT NULL REFERENCES interactive_lessons (id) ON DELETE RESTRICT)")
        driver("INSERT INTO histories SELECT min(id) FROM interactive_lessons")
    assert admin.delete(f"{ADMIN}{lesson['id']}").json() == lesson
    assert rows(world) == 2, "it stays for its history"
    for person in (admin, world.student()):
        assert person.get(f"{LESSONS}{lesson['id']}").status_code == 404
        assert person.get(LESSONS).json() == [other]
    assert admin.put(f"{ADMIN}{lesson['id']}", CAFE).status_code == 404
    assert admin.delete(f"{ADMIN}{lesson['id']}").status_code == 404
    assert admin.get(ADMIN).headers["x-total-count"] == "1"


def test_what_is_not_active_is_there_for_admins_alone(world: World) -> None:
    admin, lesson = world.admin(), made(world, is_active=False)
    for reader in (world.client, world.student(), world.teacher()):
        assert reader.get(f"{LESSONS}{lesson['id']}").status_code == 404
        assert reader.get(LESSONS).json() == []
        assert reader.get(LESSONS).headers["x-total-count"] == "0"
    assert admin.get(f"{LESSONS}{lesson['id']}").json() == lesson
    assert admin.get(ADMIN).json() == [lesson]


def test_lessons_of_a_draft_are_its_teachers_and_admins(world: World) -> None:
    teacher = world.teacher()
    draft = world.course(teacher, is_published=False)
    lesson = made(world, course_id=draft["id"])
    for reader in (world.client, world.student(), world.teacher()):
        assert reader.get(f"{LESSONS}{lesson['id']}").status_code == 404
        assert reader.get(LESSONS).json() == []
    for reader in (teacher, world.admin()):
        assert reader.get(f"{LESSONS}{lesson['id']}").json() == lesson


def test_lessons_of_a_hidden_course_are_nobodys(world: World) -> None:
    admin, student, teacher = world.admin(), world.student(), world.teacher()
    course = world.course(teacher)
    lesson = made(world, course_id=course["id"])
    world.complete(student, course["lessons"][0]["id"])
    teacher.delete(f"/api/v1/courses/{course['id']}")
    assert rows(world) == 1
    for reader in (world.client, student, teacher, admin):
        assert reader.get(f"{LESSONS}{lesson['id']}").status_code == 404
        assert reader.get(LESSONS).json() == []
    assert admin.put(f"{ADMIN}{lesson['id']}", LEAST).status_code == 404
    assert admin.delete(f"{ADMIN}{lesson['id']}").status_code == 404


def test_lessons_go_with_their_course(world: World) -> None:
    """On its own a priced course's lesson would be free."""
    teacher = world.teacher()
    course = world.course(teacher, lessons=0, price=1000)
    made(world, course_id=course["id"])
    teacher.delete(f"/api/v1/courses/{course['id']}")
    assert rows(world) == 0


def buys(world: World, person: Person, course_id: int) -> None:
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=person.id, course_id=course_id, created_at=tx.now)


NOBODY_MORE = {"bought": False, "premium": False, "student": False, "nobody": False}


@pytest.mark.parametrize(
    ("price", "is_premium", "opens"),
    [
        (None, False, {"bought": True, "premium": True, "student": True, "nobody": True}),
        (None, True, NOBODY_MORE | {"premium": True}),
        (0, False, {"bought": True, "premium": True, "student": True, "nobody": True}),
        (0, True, NOBODY_MORE | {"premium": True, "bought": True}),
        (1000, False, NOBODY_MORE | {"bought": True}),
        (1000, True, NOBODY_MORE | {"bought": True}),
    ],
)
def test_to_whom_content_is_open(world: World, price: int | None, is_premium: bool, opens: dict[str, bool]) -> None:
    """As lessons are: premium never opens a priced course; the teacher and admins have it always."""
    teacher, people = world.teacher(), {"bought": world.student(), "premium": world.student(is_premium=True), "student": world.student()}
    course_id = None
    if price is not None:
        course_id = world.course(teacher, price=price)["id"]
        buys(world, people["bought"], course_id)
    lesson = made(world, **CAFE | {"course_id": course_id, "is_premium": is_premium})
    closed = lesson | {"content": {}, "video_url": None}
    readers: dict[str, Any] = {**people, "nobody": world.client, "admin": world.admin()}
    if price is not None:
        readers["teacher"] = teacher
    for who, reader in readers.items():
        wanted = lesson if opens.get(who, True) else closed
        assert reader.get(f"{LESSONS}{lesson['id']}").json() == wanted, who
        assert reader.get(LESSONS).json() == [wanted], who


def test_a_purchase_that_was_taken_back_opens_nothing(world: World) -> None:
    student, course = world.student(), world.course(world.teacher(), price=1000)
    lesson = made(world, **CAFE | {"course_id": course["id"]})
    buys(world, student, course["id"])
    with world.db.write() as tx:
        tx.execute(update(Purchase).values(revoked_at=tx.now))
    assert student.get(f"{LESSONS}{lesson['id']}").json()["content"] == {}


def test_pages(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    ids = [made(sqlite_world, order=order)["id"] for order in (5, 4, 3, 2, 1)]
    for path in (LESSONS, ADMIN):
        page = admin.get(f"{path}?skip=1&limit=2")
        assert ([lesson["id"] for lesson in page.json()], page.headers["x-total-count"]) == (ids[1:3], "5")
        assert 'skip=3&limit=2>; rel="next"' in page.headers["link"]
        assert admin.get(f"{path}?limit=-1").status_code == 400


HTML = '<script>alert(1)</script><img src=x onerror=alert(2)> «Salom» & "do\'st"'


def test_markup_is_text(world: World) -> None:
    """What was written comes back letter by letter as JSON, which no browser takes for a page."""
    lesson = made(world, title=HTML, description=HTML, tags=[HTML], content={HTML: HTML}, difficulty="<b>")
    answer = world.get(f"{LESSONS}{lesson['id']}")
    assert answer.json() == lesson
    assert (lesson["title"], lesson["content"]) == (HTML, {HTML: HTML})
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("application/json", "nosniff")


def deep(levels: int) -> dict[str, Any]:
    return {"in": deep(levels - 1)} if levels > 1 else {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"order": -1}, "order"),
        ({"order": 2**31}, "order"),
        ({"order": None}, "order"),
        ({"avatar_id": 77}, "avatar_id"),
        ({"avatar_id": None}, "avatar_id"),
        ({"avatar_id": "default"}, "avatar_id"),
        ({"course_id": 10**6}, "course_id"),
        ({"course_id": 2**70}, "course_id"),
        ({"video_url": "javascript:alert(1)"}, "video_url"),
        ({"video_url": "//evil.example/x"}, "video_url"),
        ({"content": []}, "content"),
        ({"content": "{}"}, "content"),
        ({"content": deep(MAX_DEPTH + 1)}, "content"),
        ({"content": {"n": 2**63}}, "content"),
        ({"content": {"n": [{"m": -(2**63) - 1}]}}, "content"),
        ({"content": {"text": "x" * MAX_CONTENT}}, "content"),
        ({"tags": ["x" * 256]}, "tags"),
        ({"tags": ["x"] * 101}, "tags"),
        ({"estimated_duration": 1.5}, "estimated_duration"),
        ({"is_premium": "perhaps"}, "is_premium"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_values_are_named_and_nothing_is_written(sqlite_world: World, wrong: dict[str, Any], field: str) -> None:
    admin = sqlite_world.admin()
    refused = admin.post(ADMIN, CAFE | wrong)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    lesson = made(sqlite_world)
    assert admin.put(f"{ADMIN}{lesson['id']}", CAFE | wrong).status_code == 400
    assert admin.get(ADMIN).json() == [lesson]


def test_wrong_ids_are_named_together(sqlite_world: World) -> None:
    refused = sqlite_world.admin().post(ADMIN, LEAST | {"avatar_id": 99, "course_id": 98})
    assert refused.json() == {
        "avatar_id": ['Invalid pk "99" - object does not exist.'],
        "course_id": ['Invalid pk "98" - object does not exist.'],
    }


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "a\\u0000b"}',
        b'{"content": {"x": "\\u0000"}}',
        b'{"content":' + b'{"a":' * 5000,
        b'{"content": {"\\udfff": 1}}',
        b"[]",
        b"7",
        b"",
    ],
)
def test_bodies_that_are_none(sqlite_world: World, body: bytes) -> None:
    admin = sqlite_world.admin()
    headers = {"content-type": "application/json"}
    assert admin.call("POST", ADMIN, content=body, headers=headers).status_code == 400
    assert rows(sqlite_world) == 0


def test_a_number_of_400_digits_is_refused(sqlite_world: World) -> None:
    content = b'{"title": "T", "order": 0, "avatar_id": 1, "content": {"n": ' + b"9" * 401 + b"}}"
    refused = sqlite_world.admin().call("POST", ADMIN, content=content, headers={"content-type": "application/json"})
    assert refused.status_code == 400
    assert rows(sqlite_world) == 0


def test_content_at_its_bounds(world: World) -> None:
    empty = len('{"text":"","n":-9223372036854775808}')
    content = {"text": "x" * (MAX_CONTENT - empty), "n": -(2**63)}
    assert made(world, content=content)["content"] == content
    assert made(world, content=deep(MAX_DEPTH))["content"] == deep(MAX_DEPTH)


def test_a_body_of_10_mb_is_a_413(sqlite_world: World) -> None:
    assert sqlite_world.admin().post(ADMIN, LEAST | {"description": "x" * 10**7}).status_code == 413


@pytest.mark.parametrize("path", ["0", "-1", "x", "9" * 30, "1.5", "%00"])
def test_malformed_ids_are_404s(sqlite_world: World, path: str) -> None:
    assert sqlite_world.get(LESSONS + path).status_code == 404
    assert sqlite_world.admin().delete(ADMIN + path).status_code == 404


def test_a_deleted_course_is_not_to_be_named(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher)
    world.complete(student, course["lessons"][0]["id"])
    teacher.delete(f"/api/v1/courses/{course['id']}")
    with world.db.read() as tx:
        assert tx.scalar(select(Course.deleted_at)) is not None
    assert list(world.admin().post(ADMIN, LEAST | {"course_id": course["id"]}).json()) == ["course_id"]
