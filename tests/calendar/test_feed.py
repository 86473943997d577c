"""What stands in whose calendar: what the other reads show them, in their language, while it lasts."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

import mock_school
import quiz_school
from bilim.calendar import queries, rules
from bilim.exams.models import Exam
from bilim.groups.actions import join_group
from bilim.groups.models import Group
from bilim.homework.models import Homework
from bilim.mock.models import MockSession
from bilim.quiz.models import Attempt
from calendar_feeds import TOKEN, events, events_of, fetch, occurrences, subscribe, summaries
from conftest import NOON, SetClock
from homework_school import HOMEWORK, School, submit
from world import Person, World

TASHKENT = ZoneInfo("Asia/Tashkent")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WITHDRAWN = {"title": "Ingliz tili", "difficulty_level": "A1", "is_published": False}
HOURS = {"days": "Mon,Wed,Fri", "start_time": "09:00", "end_time": "10:30"}


def iso(moment: datetime) -> str:
    return moment.isoformat()


def exam(teacher: Person, subject: int, **fields: Any) -> dict[str, Any]:
    """An exam that students see."""
    new = {"subject": subject, "title": "1-chorak", "date": "2026-12-01", "is_published": True} | fields
    made = teacher.post("/api/v1/exams/", new)
    assert made.status_code == 201, made.text
    return made.json()


def test_a_groups_lessons_come_on_their_days_at_their_hour(world: World, set_clock: SetClock) -> None:
    ali = world.member(world.group(**HOURS)["id"])
    (event,) = events(world, subscribe(ali))
    assert (event["summary"], event["description"]) == ("Dars: IELTS-A1", "Fan: IELTS")
    first = [datetime(2026, 11, day, 9, tzinfo=TASHKENT) for day in (20, 23, 25, 27)]
    assert occurrences(event, 4) == first, "from the day on which they joined"
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=90)


def test_whoever_joins_later_has_lessons_from_then_on(world: World, set_clock: SetClock) -> None:
    group = world.group(**HOURS)
    set_clock(NOON + DAY)
    (event,) = events(world, subscribe(world.member(group["id"])))
    assert occurrences(event, 1) == [datetime(2026, 11, 23, 9, tzinfo=TASHKENT)]
    assert event.decoded("last-modified") == NOON + DAY


@pytest.mark.parametrize("fields", [{"days": None}, {"is_active": False}, {"deleted_at": NOON}], ids=["without days", "closed", "deleted"])
def test_a_group_that_meets_no_more_has_no_lessons(world: World, fields: dict[str, Any]) -> None:
    group = world.group(**HOURS)
    path = subscribe(world.member(group["id"]))
    assert len(events(world, path)) == 1
    with world.db.write() as tx:
        tx.execute(update(Group).where(Group.id == group["id"]).values(**fields))
    assert events(world, path) == []


def test_lessons_are_those_of_ones_present_group_alone(world: World) -> None:
    old, new, others = (world.group(**HOURS, name=name) for name in ("Eski", "Yangi", "Begona"))
    ali = world.member(old["id"])
    world.member(others["id"])
    path = subscribe(ali)
    assert summaries(world, path) == ["Dars: Eski"]
    with world.db.write() as tx:
        join_group(tx, ali.id, new["id"])
    assert summaries(world, path) == ["Dars: Yangi"]
    assert world.admin().delete(f"/api/v1/groups/{new['id']}").status_code == 204
    assert summaries(world, path) == []


def test_a_teacher_has_the_lessons_of_the_groups_that_they_teach(world: World, set_clock: SetClock) -> None:
    """Whose attendance they marked, or for which they set homework, not long ago: groups have no teacher of their own."""
    marked, assigned, others, closed = (world.group(**HOURS, name=name) for name in ("A", "B", "C", "D"))
    teacher, colleague = world.teacher(), world.teacher()
    set_clock(datetime(2026, 11, 20, 5, tzinfo=UTC))
    for who, group in ((teacher, marked), (teacher, closed), (colleague, others)):
        student = world.member(group["id"])
        body = {"student": student.id, "group": group["id"], "status": "keldi"}
        assert who.post("/api/v1/attendance/", body).status_code == 201
    assert teacher.post(HOMEWORK, {"group": assigned["id"], "text": "Mashq"}).status_code == 201
    assert colleague.post(HOMEWORK, {"group": others["id"], "text": "Mashq"}).status_code == 201
    hidden = teacher.post(HOMEWORK, {"group": others["id"], "text": "Xato"}).json()
    assert submit(student, hidden["id"]).status_code == 201
    assert teacher.delete(f"{HOMEWORK}/{hidden['id']}").status_code == 204
    world.admin().patch(f"/api/v1/groups/{closed['id']}/", {"is_active": False})
    path = subscribe(teacher)
    assert summaries(world, path) == ["Dars: A", "Dars: B"]
    (first, _) = events(world, path)
    assert occurrences(first, 1) == [datetime(2026, 11, 20, 9, tzinfo=TASHKENT)], "from when the group began"
    set_clock(NOON + rules.PAST + DAY)
    assert summaries(world, path) == []


def test_homework_is_due_at_its_moment_and_says_how_it_stands(world: World, set_clock: SetClock) -> None:
    school = School(world)
    due = NOON + 3 * DAY
    homework = school.homework(due_date=iso(due))
    school.homework(title="Muddatsiz")
    path, others = subscribe(school.student), subscribe(school.learner())
    (event,) = events(world, path)
    assert event["summary"] == "Uy vazifasi: Insho"
    assert event["description"] == "Kurs: Ingliz tili\nHali topshirilmagan"
    assert event.decoded("dtstart") == due
    assert event["transp"] == "TRANSPARENT"
    set_clock(NOON + DAY)
    world.renew_session(school.student)
    assert submit(school.student, homework["id"]).status_code == 201
    (handed_in,) = events(world, path)
    assert (handed_in["uid"], handed_in["description"]) == (event["uid"], "Kurs: Ingliz tili\nTopshirilgan")
    assert (handed_in.decoded("last-modified"), handed_in["sequence"]) == (NOON + DAY, 24 * 3600)
    (of_another,) = events(world, others)
    assert of_another == event
    world.renew_session(school.teacher)
    (row,) = school.teacher.get(f"{HOMEWORK}/{homework['id']}/submissions").json()
    assert school.teacher.post(f"{HOMEWORK}/submissions/{row['id']}/grade", {"score": 87}).status_code == 200
    (graded,) = events(world, path)
    assert graded["description"] == "Kurs: Ingliz tili\nBaholangan", "that it is graded, not how"
    assert b"87" not in graded["description"].to_ical()


def test_homework_is_its_own_students_and_authors(world: World) -> None:
    school, group = School(world), world.group()
    due = iso(NOON + DAY)
    member, author = world.member(group["id"]), world.teacher()
    of_course = school.homework(due_date=due)
    draft = school.homework(title="Qoralama", due_date=due, is_published=False)
    of_group = author.post(HOMEWORK, {"group": group["id"], "text": "Mashq", "due_date": due}).json()
    assert {of_course["id"], draft["id"], of_group["id"]}
    assigned = school.learner()
    assert school.teacher.post(f"{HOMEWORK}/{of_course['id']}/assign/{member.id}").status_code == 201
    seen = {who: summaries(world, subscribe(who)) for who in (school.student, assigned, member, school.teacher, author, world.student())}
    assert list(seen.values()) == [
        ["Uy vazifasi: Insho"],
        ["Uy vazifasi: Insho"],
        ["Uy vazifasi: Insho", "Uy vazifasi: Mashq"],
        ["Uy vazifasi: Insho"],
        ["Uy vazifasi: Mashq"],
        [],
    ]
    (own,) = events(world, subscribe(author))
    assert own["description"] == "Guruh: IELTS-A1", "an author has nothing to hand in"


@pytest.mark.parametrize("hidden", ["deleted", "unpublished", "course withdrawn"])
def test_homework_that_was_taken_away_is_gone_for_all(world: World, hidden: str) -> None:
    school = School(world)
    homework = school.homework(due_date=iso(NOON + DAY))
    assert submit(school.student, homework["id"]).status_code == 201
    paths = [subscribe(who) for who in (school.student, school.teacher)]
    assert [len(events(world, path)) for path in paths] == [1, 1]
    if hidden == "deleted":
        assert school.teacher.delete(f"{HOMEWORK}/{homework['id']}").status_code == 204
    elif hidden == "unpublished":
        assert school.teacher.patch(f"{HOMEWORK}/{homework['id']}", {"is_published": False}).status_code == 200
    else:
        assert school.teacher.put(f"/api/v1/courses/{school.course['id']}", WITHDRAWN).status_code == 200
    assert [events(world, path) for path in paths] == [[], []]


def test_exams_are_on_their_day_for_those_who_may_know_of_them(world: World, set_clock: SetClock) -> None:
    group, teacher, ali = world.group(), world.teacher(), world.student()
    shown = exam(teacher, group["subject"], time_limit=60)
    exam(teacher, group["subject"], title="Qoralama", is_published=False)
    exam(teacher, group["subject"], title="Yopiq", is_active=False)
    deleted = exam(teacher, group["subject"], title="Oʻchgan")
    assert teacher.delete(f"/api/v1/exams/{deleted['id']}").status_code == 204
    for who in (ali, teacher):
        (event,) = events(world, subscribe(who))
        assert (event["summary"], event["description"]) == ("Imtihon: 1-chorak", "Fan: IELTS\nVaqti: 60 daqiqa")
        assert event.decoded("dtstart") == date(2026, 12, 1)
        assert shown["code"] not in fetch(world, subscribe(who)).text, "students hear the code in the room"


def test_sittings_of_mock_tests_last_until_they_end(world: World, set_clock: SetClock) -> None:
    teacher, ali, lola = world.teacher(), world.student(), world.student()
    test = mock_school.make_test(teacher)
    session = mock_school.start(ali, test)
    mock_school.start(lola, test)
    path = subscribe(ali)
    (event,) = events(world, path)
    assert (event["summary"], event.decoded("dtstart"), event.decoded("dtend")) == (
        "Mock test: IELTS Mock Test #1",
        NOON,
        NOON + timedelta(minutes=150),
    )
    set_clock(NOON + timedelta(minutes=40))
    assert mock_school.finish(ali, session).status_code == 200
    (event,) = events(world, path)
    assert event.decoded("dtend") == event.decoded("last-modified") == NOON + timedelta(minutes=40)


def test_attempts_at_tests_with_a_limit_last_until_they_end(world: World, set_clock: SetClock) -> None:
    admin, ali, lola = world.admin(), world.student(is_premium=True), world.student(is_premium=True)
    timed, endless = (quiz_school.full_test(admin, ("numeric",), title=title, duration_minutes=m) for title, m in (("A", 60), ("B", 0)))
    attempt = quiz_school.start(ali, timed)
    quiz_school.start(ali, endless)
    quiz_school.start(lola, timed)
    path = subscribe(ali)
    (event,) = events(world, path)
    assert (event["summary"], event.decoded("dtstart"), event.decoded("dtend")) == ("Test: A", NOON, NOON + timedelta(hours=1))
    set_clock(NOON + timedelta(minutes=10))
    assert quiz_school.finish(ali, attempt).status_code == 200
    assert events(world, path)[0].decoded("dtend") == NOON + timedelta(minutes=10)


def test_a_calendar_speaks_its_persons_language(world: World) -> None:
    ali = world.member(world.group(**HOURS)["id"])
    path = subscribe(ali)
    for language, said in (("ru", "Занятие: IELTS-A1"), ("en", "Lesson: IELTS-A1"), ("uz", "Dars: IELTS-A1"), (None, "Dars: IELTS-A1")):
        assert ali.patch("/api/v1/notifications/settings", {"language": language}).status_code == 200
        assert summaries(world, path) == [said]


MIDNIGHT = datetime(2026, 11, 20, tzinfo=TASHKENT)


@pytest.mark.parametrize(
    ("due", "is_shown"),
    [
        (MIDNIGHT - rules.PAST, True),
        (MIDNIGHT - rules.PAST - timedelta(seconds=1), False),
        (MIDNIGHT + rules.FUTURE - timedelta(seconds=1), True),
        (MIDNIGHT + rules.FUTURE, False),
    ],
)
def test_deadlines_reach_from_the_past_into_the_future_by_whole_days(
    world: World, set_clock: SetClock, due: datetime, is_shown: bool
) -> None:
    school = School(world)
    school.homework(due_date=iso(due))
    assert len(events(world, subscribe(school.student))) == is_shown


@pytest.mark.parametrize(("day", "is_shown"), [("2026-08-22", True), ("2026-08-21", False), ("2027-11-20", True), ("2027-11-21", False)])
def test_exams_reach_as_far(world: World, set_clock: SetClock, day: str, is_shown: bool) -> None:
    exam(world.teacher(), world.group()["subject"], date=day)
    assert len(events(world, subscribe(world.student()))) == is_shown


def test_sittings_reach_as_far_back(world: World, set_clock: SetClock) -> None:
    ali, premium = world.student(), world.student(is_premium=True)
    mock_school.start(ali, mock_school.make_test(world.teacher()))
    quiz_school.start(premium, quiz_school.full_test(world.admin(), ("numeric",)))
    paths = [subscribe(ali), subscribe(premium)]
    midnight = MIDNIGHT + rules.PAST
    for moment, shown in ((midnight + DAY - timedelta(seconds=1), [1, 1]), (midnight + DAY, [0, 0])):
        set_clock(moment.astimezone(UTC))
        assert [len(events(world, path)) for path in paths] == shown


def crowd(world: World, person: Person) -> None:
    """One more of everything than a calendar holds: numbered, the later ones later."""
    group, made = world.group(name="0"), {"created_by": person.id, "created_at": NOON, "updated_at": NOON}
    course = world.course(person, lessons=0)["id"]
    mock_school.start(person, mock_school.make_test(person))
    quiz_school.start(person, quiz_school.full_test(world.admin(), ("numeric",)))

    def numbered(most: int) -> list[int]:
        return list(range(most + 1))

    with world.db.write() as tx:

        def copy(table: Any, original: dict[str, Any], copies: list[dict[str, Any]]) -> None:
            rows = tx.execute(select(table).where(*(getattr(table, name) == value for name, value in original.items()))).mappings()
            (first,) = [dict(row) for row in rows]
            first.pop("id")
            tx.execute(insert(table), [{**first, **each} for each in copies])

        copy(Group, {"id": group["id"]}, [{"name": f"{n}", "days": "Mon"} for n in numbered(rules.MOST_LESSONS)])
        work = {"homework_type": "written", "max_score": 100, "is_published": True, **made}
        taught = tx.scalars(select(Group.id).where(Group.days.is_not(None)))
        tx.execute(insert(Homework), [{**work, "group_id": group_id, "text": "Muddatsiz"} for group_id in taught])
        due = [{"course_id": course, "title": f"{n}", "due_date": NOON + n * MINUTE} for n in numbered(rules.MOST_HOMEWORK)]
        tx.execute(insert(Homework), [{**work, **each} for each in due])
        exams = [{"title": f"{n}", "code": f"{n:06}", "date": date(2026, 12, 1) + n * DAY} for n in numbered(rules.MOST_EXAMS)]
        shown = {"subject_id": group["subject"], "time_limit": 0, "is_published": True, "is_active": True}
        tx.execute(insert(Exam), [{**shown, **made, **each} for each in exams])
        ended = [{"started_at": NOON - n * MINUTE, "ended_at": NOON} for n in numbered(rules.MOST_SITTINGS)]
        copy(MockSession, {"user_id": person.id}, [{**each, "public_id": uuid4()} for each in ended])
        scored = {"total_score": 0, "scores": "{}"}
        copy(Attempt, {"user_id": person.id}, [{**each, **scored} for each in ended])


def test_a_calendar_holds_a_thousand_entries_at_most(world: World, set_clock: SetClock) -> None:
    assert rules.MOST_LESSONS + rules.MOST_HOMEWORK + rules.MOST_EXAMS + 2 * rules.MOST_SITTINGS == 1000
    teacher = world.teacher()
    crowd(world, teacher)
    found = events(world, subscribe(teacher))
    kinds = ["lesson"] * 100 + ["homework"] * 500 + ["exam"] * 200 + ["mock"] * 100 + ["test"] * 100
    assert [event["uid"].partition("-")[0] for event in found] == kinds
    called = [event["summary"].rpartition(" ")[2] for event in found]
    assert called[:100] == [f"{n}" for n in range(100)], "lessons by their groups"
    assert called[100:600] == [f"{n}" for n in range(500, 0, -1)], "of all else the latest stay"
    assert called[600:800] == [f"{n}" for n in range(200, 0, -1)]
    for sittings in (found[800:900], found[900:]):
        assert [event.decoded("dtstart") for event in sittings] == [NOON - n * MINUTE for n in range(100, 0, -1)]


def _changes(world: World, school: School, homework: dict[str, Any]) -> dict[str, Callable[[], object]]:
    group = world.group(**HOURS)
    with world.db.write() as tx:
        join_group(tx, school.student.id, group["id"])
    admin = world.admin()
    test = exam(school.teacher, group["subject"])
    return {
        "deadline": lambda: school.teacher.patch(f"{HOMEWORK}/{homework['id']}", {"due_date": iso(NOON + 2 * DAY)}),
        "hour": lambda: admin.patch(f"/api/v1/groups/{group['id']}/", {"start_time": "08:00"}),
        "exam": lambda: school.teacher.patch(f"/api/v1/exams/{test['id']}/", {"date": "2026-12-02"}),
        "submission": lambda: submit(school.student, homework["id"]),
        "left": lambda: admin.patch(f"/api/v1/students/{school.student.id}/", {"group": None}),
    }


@pytest.mark.parametrize("change", ["deadline", "hour", "exam", "submission", "left"])
def test_the_tag_of_a_document_changes_with_what_it_says_and_only_then(world: World, set_clock: SetClock, change: str) -> None:
    school = School(world)
    changes = _changes(world, school, school.homework(due_date=iso(NOON + DAY)))
    path = subscribe(school.student)
    first = fetch(world, path)
    assert len(events_of(first.content)) == 3
    set_clock(NOON + timedelta(hours=5))
    again = fetch(world, path)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    unchanged = world.client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", first.headers["etag"])
    assert changes[change]().status_code in {200, 201}  # type: ignore[attr-defined]
    assert world.client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 200
    changed = fetch(world, path)
    assert changed.headers["etag"] != first.headers["etag"]
    uids = [event["uid"] for event in events_of(first.content)]
    assert [event["uid"] for event in events_of(changed.content)] == (uids[1:] if change == "left" else uids), "clients find their events"


def test_one_day_later_nothing_has_changed_either(world: World, set_clock: SetClock) -> None:
    school = School(world)
    _changes(world, school, school.homework(due_date=iso(NOON + DAY)))
    path = subscribe(school.student)
    first = fetch(world, path)
    set_clock(NOON + 3 * DAY)
    assert fetch(world, path).content == first.content


def test_headers_are_a_calendars(sqlite_world: World) -> None:
    path = subscribe(sqlite_world.member(sqlite_world.group(**HOURS)["id"]))
    answer = fetch(sqlite_world, path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=900"
    assert re.fullmatch(r'"[0-9a-f]{32}"', answer.headers["etag"])
    assert answer.headers["content-disposition"] == 'inline; filename="bilim.ics"'
    head = sqlite_world.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"] == str(len(answer.content))
    kept = sqlite_world.client.get(path, headers={"if-none-match": f'W/"x", {answer.headers["etag"]}'})
    assert kept.status_code == 304
    assert kept.headers["cache-control"] == "private, max-age=900"
    assert not {"content-type", "content-length"} & kept.headers.keys()
    assert sqlite_world.client.get(path, headers={"if-none-match": "*"}).status_code == 304
    assert sqlite_world.client.get(path, headers={"if-none-match": '"x"'}).status_code == 200


def test_a_calendar_needs_no_session_and_outlives_it(world: World, set_clock: SetClock) -> None:
    ali = world.student()
    path = subscribe(ali)
    assert ali.post("/api/v1/logout").status_code == 200
    set_clock(NOON + 30 * DAY)
    assert fetch(world, path)
    assert ali.get(TOKEN).status_code == 401
    wrong = {"Authorization": "Bearer nonsense"}
    assert world.client.get(path, headers=wrong).status_code == 200


def test_a_change_of_a_row_that_tells_nothing_else_is_no_change_of_the_words(world: World, set_clock: SetClock) -> None:
    """What is not shown, such as the instructions of homework, is not in the document."""
    school = School(world)
    homework = school.homework(due_date=iso(NOON + DAY), instructions="Maxfiy yoʻriqnoma", description="Maxfiy tavsif")
    document = fetch(world, subscribe(school.student)).text.replace("\r\n ", "")
    assert "Maxfiy" not in document
    with world.db.write() as tx:
        tx.execute(update(Homework).where(Homework.id == homework["id"]).values(title='B\r\nEND:VCALENDAR; X, "Y"'))
    (event,) = events(world, subscribe(school.student))
    assert event["summary"] == 'Uy vazifasi: B END:VCALENDAR; X, "Y"'


def test_a_read_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = subscribe(world.student())

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("bilim.db.engine.Database.write", refuse)
    assert fetch(world, path)


def test_somebody_without_anything_has_an_empty_calendar(world: World) -> None:
    assert events(world, subscribe(world.student())) == []
    with world.db.read() as tx:
        assert queries.feed(tx, "private-nothing") is None
