"""A calendar over some days: subscribed to, filled by teachers, moved, left, revoked."""

from datetime import date, timedelta
from typing import Any

from calendar_feeds import TOKEN, events_of, fetch, occurrences, subscribe, summaries
from conftest import NOON, SetClock
from world import Person, World

DAY = timedelta(days=1)


def call(person: Person, method: str, path: str, status: int, **body: Any) -> Any:
    answer = person.call(method, f"/api/v1/{path}", json=body or None)
    assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def test_a_learners_calendar_from_the_first_lesson_to_the_last(world: World, set_clock: SetClock) -> None:
    owner, teacher, ali = world.admin(), world.teacher(), world.student(made_by_staff=True, username="ali")
    group = world.group(name="IELTS-A1", days="Mon,Fri", start_time="14:00", end_time="15:30")

    # On Friday Ali subscribes before he has a group. His phone keeps the address, and asks every hour by the tag of its copy.
    path = subscribe(ali)
    empty = fetch(world, path)
    assert events_of(empty.content) == []
    assert world.client.get(path, headers={"If-None-Match": empty.headers["etag"]}).status_code == 304

    # He is put into a group. Its lessons come, at the hour of the school's wall clock.
    call(owner, "PATCH", f"students/{ali.id}", 200, group=group["id"])
    (lesson,) = events_of(fetch(world, path).content)
    assert [str(moment) for moment in occurrences(lesson, 3)] == [
        "2026-11-20 14:00:00+05:00",
        "2026-11-23 14:00:00+05:00",
        "2026-11-27 14:00:00+05:00",
    ]

    # His teacher sets homework for Monday and publishes an exam.
    due = NOON + 3 * DAY
    homework = call(teacher, "POST", "homework", 201, group=group["id"], text="Essay: my family", due_date=due.isoformat())
    exam = call(teacher, "POST", "exams", 201, subject=group["subject"], title="Week 4", date="2026-12-01")
    assert summaries(world, path) == ["Dars: IELTS-A1", "Uy vazifasi: Essay: my family"]
    call(teacher, "POST", f"exams/{exam['id']}/publish", 200)
    kept = fetch(world, path)
    assert [event.decoded("dtstart") for event in events_of(kept.content)[1:]] == [due, date(2026, 12, 1)]

    # A day later nothing was touched: the copy is good. Then both are moved; the same events say so.
    set_clock(NOON + DAY - timedelta(hours=1))
    assert world.client.get(path, headers={"If-None-Match": kept.headers["etag"]}).status_code == 304
    call(teacher, "PATCH", f"homework/{homework['id']}", 200, due_date=(due + DAY).isoformat())
    call(teacher, "PATCH", f"exams/{exam['id']}", 200, date="2026-12-02")
    moved = world.client.get(path, headers={"If-None-Match": kept.headers["etag"]})
    assert moved.status_code == 200
    before, after = events_of(kept.content), events_of(moved.content)
    assert [event["uid"] for event in after] == [event["uid"] for event in before]
    assert [event.decoded("dtstart") for event in after[1:]] == [due + DAY, date(2026, 12, 2)]
    assert [event["sequence"] for event in after] == [0, 23 * 3600, 23 * 3600]

    # Ali hands in. His teacher sees the lesson and the deadlines too, with nothing to hand in.
    call(ali, "POST", f"homework/{homework['id']}/submit", 201, submission="We are five.")
    assert events_of(fetch(world, path).content)[1]["description"] == "Guruh: IELTS-A1\nTopshirilgan"
    taught = events_of(fetch(world, subscribe(teacher)).content)
    assert [event["summary"] for event in taught] == ["Dars: IELTS-A1", "Uy vazifasi: Essay: my family", "Imtihon: Week 4"]
    assert taught[1]["description"] == "Guruh: IELTS-A1"

    # He leaves the group: its lessons and what it has to do are gone. What he handed in stays his, and exams are the whole centre's.
    call(teacher, "POST", "homework", 201, group=group["id"], text="Reading", due_date=due.isoformat())
    assert len(summaries(world, path)) == 4
    call(owner, "PATCH", f"students/{ali.id}", 200, group=None)
    assert summaries(world, path) == ["Uy vazifasi: Essay: my family", "Imtihon: Week 4"]

    # Then he revokes the address.
    assert call(ali, "GET", "calendar/token", 200)["is_active"] is True
    assert ali.delete(TOKEN).status_code == 204
    assert (world.client.get(path).status_code, call(ali, "GET", "calendar/token", 200)["is_active"]) == (404, False)
