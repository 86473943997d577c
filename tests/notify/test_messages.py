"""Messages over the API: who may write to whom, what is refused, what lists show."""

from datetime import UTC, datetime, time

import pytest
from sqlalchemy import func, insert, select

from bilim.accounts.models import User
from bilim.db.outbox_tables import JobRow
from bilim.groups.models import Group, Membership, Subject
from bilim.notify.models import Message, MessageLog
from notify.post import pupil, written
from test_query_counts import counted
from world import Person, World


def test_a_message_is_answered_with_its_logs_and_counts(world: World) -> None:
    teacher = world.teacher()
    with_telegram, without = pupil(world, "42", first_name="Jasur", last_name="Qodirov"), pupil(world)
    made = written(teacher, "Ertaga dars yoʻq!", [with_telegram, without, with_telegram])
    assert made["recipients"] == [with_telegram.id, without.id], "somebody named twice gets it once"
    assert (made["text"], made["sent_by"]) == ("Ertaga dars yoʻq!", teacher.id)
    assert made["counts"] == {"pending": 1, "sent": 0, "failed": 1}
    first, second = made["logs"]
    assert first | {"id": 0} == {
        "id": 0,
        "message": made["id"],
        "recipient": with_telegram.id,
        "recipient_name": "Jasur Qodirov",
        "status": "pending",
        "error": None,
        "sent_at": None,
    }
    assert (second["status"], second["error"]) == ("failed", "Telegram ID topilmadi")
    assert teacher.get(f"/api/v1/messages/{made['id']}").json() == made
    assert teacher.get("/api/v1/messages").json() == [made]


def test_a_list_shows_the_newest_first_and_a_hundred_logs_of_each(world: World) -> None:
    teacher = world.teacher()
    everyone = enrol(world, 120)
    few, many = written(teacher, "Bir", everyone[1::-1]), written(teacher, "Ikki", everyone)
    assert few["recipients"] == [log["recipient"] for log in few["logs"]] == [everyone[1].id, everyone[0].id], "as they were named"
    assert len(many["logs"]) == 100
    listed = teacher.get("/api/v1/messages/")
    assert listed.headers["x-total-count"] == "2"
    assert listed.json() == [many, few]
    whole = teacher.get(f"/api/v1/messages/{many['id']}/").json()
    assert [log["recipient"] for log in whole["logs"]] == many["recipients"] == [person.id for person in everyone]
    assert teacher.get("/api/v1/messages/?skip=1&limit=1").json() == [few]
    assert teacher.get("/api/v1/messages/?skip=1").json() == [few]


def test_the_list_asks_a_constant_number_of_questions(sqlite_world: World) -> None:
    teacher, everyone, seen = sqlite_world.teacher(), enrol(sqlite_world, 20), []
    for messages in (1, 6):
        for _ in range(messages):
            written(teacher, "Salom", everyone)
        with counted(sqlite_world) as statements:
            assert teacher.get("/api/v1/messages/").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 5


def test_writing_to_many_asks_few_questions(sqlite_world: World) -> None:
    teacher, everyone = sqlite_world.teacher(), enrol(sqlite_world, 500)
    with counted(sqlite_world) as statements:
        written(teacher, "Salom", everyone)
    assert len(statements) <= 12
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(JobRow).where(JobRow.queue == "messages")) == 500


def test_only_present_students_of_the_centre_get_messages(world: World) -> None:
    teacher, member, former = world.teacher(), world.student(), world.student()
    join_group(world, member)
    join_group(world, former, has_left=True)
    gone, closed, online = pupil(world), pupil(world), world.student()
    assert world.admin().delete(f"/api/v1/users/{gone.id}").status_code == 200
    assert world.admin().put(f"/api/v1/users/{closed.id}", {"is_active": False}).status_code == 200
    wrong = [online.id, teacher.id, gone.id, closed.id, 10**15]
    refused = teacher.post("/api/v1/messages/", {"text": "Salom", "recipient_ids": [member.id, *wrong]})
    assert refused.status_code == 400
    assert refused.json() == {"recipient_ids": [f'Invalid pk "{pk}" - object does not exist.' for pk in wrong]}
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Message)) == 0, "nothing is half written"
    assert written(teacher, "Salom", [member, former])["recipients"] == [member.id, former.id]


def test_of_very_many_wrong_ids_twenty_are_named(sqlite_world: World) -> None:
    refused = sqlite_world.teacher().post("/api/v1/messages/", {"text": "Salom", "recipient_ids": list(range(1000, 51000))})
    assert refused.status_code == 400
    assert len(refused.json()["recipient_ids"]) == 20


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"text", "recipient_ids"}),
        ({"text": " \n", "recipient_ids": []}, {"text", "recipient_ids"}),
        ({"text": "a" * 4097, "recipient_ids": [1]}, {"text"}),
        ({"text": "😀" * 2049, "recipient_ids": [1]}, {"text"}),
        ({"text": "Salom", "recipient_ids": ["x"]}, {"recipient_ids"}),
        ({"text": "Salom", "recipient_ids": [2**63]}, {"recipient_ids"}),
        ({"text": "Salom", "recipient_ids": None}, {"recipient_ids"}),
    ],
)
def test_what_is_wrong_is_named(sqlite_world: World, body: dict[str, object], wrong: set[str]) -> None:
    refused = sqlite_world.teacher().post("/api/v1/messages/", body)
    assert (refused.status_code, set(refused.json())) == (400, wrong)


@pytest.mark.parametrize("text", ["a" * 4096, "😀" * 2048])
def test_a_text_of_4096_units_passes(sqlite_world: World, text: str) -> None:
    assert written(sqlite_world.teacher(), text, [pupil(sqlite_world)])["text"] == text


def test_a_form_with_one_recipient_is_taken(sqlite_world: World) -> None:
    student = pupil(sqlite_world)
    made = sqlite_world.teacher().call("POST", "/api/v1/messages/", data={"text": "Salom", "recipient_ids": str(student.id)})
    assert made.json()["recipients"] == [student.id]


def test_teachers_delete_their_own_messages_and_admins_all(world: World) -> None:
    teacher, student = world.teacher(), pupil(world, "42")
    first, second = (written(teacher, text, [student])["id"] for text in ("Bir", "Ikki"))
    assert world.teacher().delete(f"/api/v1/messages/{first}/").status_code == 403
    assert teacher.delete(f"/api/v1/messages/{first}/").status_code == 204
    assert world.admin().delete(f"/api/v1/messages/{second}/").status_code == 204
    assert teacher.get("/api/v1/messages/").json() == []
    assert teacher.get(f"/api/v1/messages/{first}/").status_code == 404
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(MessageLog)) == 0


def test_who_got_a_message_is_hidden_when_deleted_and_stays_named(world: World) -> None:
    teacher, student = world.teacher(), pupil(world, "42", first_name="Jasur")
    message = written(teacher, "Salom", [student])["id"]
    assert world.admin().delete(f"/api/v1/users/{student.id}").status_code == 200
    assert teacher.get(f"/api/v1/messages/{message}/").json()["logs"][0]["recipient_name"] == "Jasur"


def enrol(world: World, count: int) -> list[Person]:
    """Students of the centre with Telegram, put straight into the database; they never sign in."""
    now = datetime.now(UTC)
    stamps = {"created_at": now, "updated_at": now, "password_hash": "-", "made_by_staff": True}
    with world.db.write() as tx:
        rows = [stamps | {"username": f"pupil{n}", "username_key": f"pupil{n}", "telegram_id": str(7000 + n)} for n in range(count)]
        tx.execute(insert(User), rows)
        ids = tx.scalars(select(User.id).where(User.username_key.startswith("pupil")).order_by(User.id))
    return [Person(world.client, user_id, "", "", "") for user_id in ids]


def join_group(world: World, student: Person, *, has_left: bool = False) -> None:
    """Put a student into a group of the centre, or let them have been in one."""
    with world.db.write() as tx:
        subject = tx.insert(Subject, name="Ingliz tili", created_at=tx.now)
        times = {"start_time": time(9), "end_time": time(11), "created_at": tx.now, "updated_at": tx.now}
        group = tx.insert(Group, name="A1", subject_id=subject, **times)
        tx.insert(Membership, student_id=student.id, group_id=group, joined_at=tx.now, left_at=tx.now if has_left else None)
