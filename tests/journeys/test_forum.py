"""A question in the forum, from the first post to the answer that its author is told of; and a certificate that is told."""

from datetime import timedelta

import pytest

from bilim.jobs.handling import Handlers
from bilim.notifications import jobs as notifications
from bilim.notify import jobs as notify
from notify.post import FakeBot
from world import World

FORUM = "/api/v1/forum/"
MINE = "/api/v1/notifications/"


@pytest.fixture
def bot(world: World) -> FakeBot:
    """A bot in place of Telegram."""
    made = FakeBot()
    told = notifications.handlers(world.db, made, 28, timedelta(days=90))
    world.use(handlers=Handlers([*notify.handlers(world.db, made, 28), *told]))
    return made


def test_from_a_question_to_the_answer_that_is_told(world: World, bot: FakeBot) -> None:
    admin, teacher = world.admin(), world.teacher(first_name="Bobur")
    jasur, dilnoza = world.student(first_name="Jasur", telegram_id="41"), world.student(first_name="Dilnoza")

    # An admin opens a part of the forum, a student asks there.
    category = admin.post(f"{FORUM}categories/", {"name": "Grammatika", "description": "Savol va javoblar"}).json()
    question = {"title": "a yoki an?", "content": "Qachon <b>an</b> yoziladi?", "category_id": category["id"]}
    topic = jasur.post(f"{FORUM}topics/", question).json()
    assert jasur.patch(f"{MINE}settings", {"telegram": "instant"}).json()["telegram_linked"] is True

    # A fellow student answers, the teacher corrects, and the thread goes on below.
    answer = dilnoza.post(f"{FORUM}posts/", {"topic_id": topic["id"], "content": "Harfga qarab."}).json()
    better = {"topic_id": topic["id"], "content": "Tovushga qarab: an hour.", "parent_id": answer["id"]}
    teacher.post(f"{FORUM}posts/", better)
    dilnoza.put(f"{FORUM}posts/{answer['id']}", {"content": "Tovushga qarab ekan."})

    # A stranger reads it all, as text, and finds names alone.
    thread = world.get(f"{FORUM}topics/{topic['id']}").json()
    first, second = thread["posts"]
    assert first["content"] == "Qachon <b>an</b> yoziladi?"
    assert (second["content"], second["is_edited"], second["author"]["full_name"]) == ("Tovushga qarab ekan.", True, "Dilnoza")
    assert [reply["content"] for reply in second["replies"]] == ["Tovushga qarab: an hour."]
    assert "example.com" not in world.get(f"{FORUM}topics/{topic['id']}").text
    assert world.post(f"{FORUM}posts/", json=better).status_code == 401

    # Everybody concerned is told once, the asker on Telegram too.
    for _ in range(2):
        world.run_jobs()
        world.run_jobs("messages")
    assert [person.get(f"{MINE}unread-count").json()["unread_count"] for person in (jasur, dilnoza, teacher)] == [2, 1, 0]
    assert bot.sent == [("41", "“a yoki an?” mavzusida yangi javob bor.")], "the second text waits a second for its chat"
    newest = jasur.get(MINE).json()[0]
    assert (newest["notification_type"], newest["data"]["topic_id"], newest["data"]["author"]) == ("forum_reply", topic["id"], "Bobur")

    # They read what they were told; the teacher closes the topic.
    assert jasur.post(f"{MINE}{newest['id']}/read").json()["is_read"] is True
    assert dilnoza.post(f"{MINE}{newest['id']}/read").status_code == 404
    assert jasur.post(f"{MINE}read-all").status_code == 200
    assert jasur.get(f"{MINE}?is_read=false").json() == []
    assert teacher.put(f"{FORUM}topics/{topic['id']}", {"is_closed": True, "is_pinned": True}).json()["is_closed"] is True
    assert dilnoza.post(f"{FORUM}posts/", better).status_code == 409


def test_a_certificate_is_told_to_its_holder(world: World, bot: FakeBot) -> None:
    student, teacher = world.student(), world.teacher()
    course = world.course(teacher, lessons=2, title="Ingliz tili A1")
    for lesson in course["lessons"]:
        world.complete(student, lesson["id"])
    world.run_jobs()
    (told,) = student.get(MINE).json()
    assert told["message"] == "“Ingliz tili A1” kursi sertifikati tayyor. Tabriklaymiz!"
    (certificate,) = student.get("/api/v1/certificates/my-certificates").json()
    assert told["data"]["certificate_id"] == certificate["id"]
    assert student.patch(f"{MINE}settings", {"language": "en"}).status_code == 200
    assert student.get(MINE).json()[0]["message"].startswith("Your certificate for “Ingliz tili A1”")
    assert bot.sent == []
