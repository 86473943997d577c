"""The bands that teachers give."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.mock.models import MockScore
from conftest import NOON, SetClock
from mock_school import finish, make_test, save, start
from world import Person, World

BANDS = {"listening": 7.5, "reading": 8.0, "writing": 7.0, "speaking": 6.5}


def sat(world: World) -> tuple[Person, dict[str, Any]]:
    student = world.student()
    session = start(student, make_test(world.teacher()))
    finish(student, session)
    return student, session


def score(teacher: Person, session: dict[str, Any], **bands: Any) -> Any:
    return teacher.post("/api/v1/mock/score/create/", {"session": session["id"]} | BANDS | bands)


def scores(world: World) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(MockScore))


def test_a_session_is_scored_once_as_documented(world: World) -> None:
    student, session = sat(world)
    teacher = world.teacher()
    given = score(teacher, session)
    assert given.status_code == 201
    assert given.json() | {"id": 0, "created_at": 0, "updated_at": 0} == {
        "id": 0,
        "session": session["id"],
        **BANDS,
        "score": 7.5,
        "created_at": 0,
        "updated_at": 0,
    }
    again = score(world.teacher(), session, writing=9)
    assert (again.status_code, again.json()) == (400, {"detail": "This session is already scored."})
    assert student.get("/api/v1/mock/score/me/").json() == [given.json()]
    (own,) = student.get("/api/v1/mock/session/me/").json()
    assert (own["is_finished"], own["score"]["created_by"]["id"]) == (True, teacher.id)


def test_a_running_session_is_not_scored(world: World) -> None:
    student = world.student()
    session = start(student, make_test(world.teacher()))
    refused = score(world.teacher(), session)
    assert (refused.status_code, refused.json(), scores(world)) == (400, {"detail": "This session is still running."}, 0)


def test_a_session_whose_time_is_up_is_closed_by_its_score(world: World, set_clock: SetClock) -> None:
    student, teacher = world.student(), world.teacher()
    session = start(student, make_test(teacher))
    save(student, session, 1, reading={"1": "A"})
    set_clock(NOON + timedelta(hours=3))
    assert score(teacher, session).status_code == 201
    answered = teacher.get(f"/api/v1/mock/session/{session['id']}/answers/").json()
    assert (answered["session"]["ended_at"], answered["reading_answer"]["answers"]) == ("2026-11-20T19:30:00+05:00", {"1": "A"})


@pytest.mark.parametrize("band", [-0.5, 9.5, 6.25, "x", None, "nan", 1e300])
@pytest.mark.parametrize("part", ["listening", "speaking"])
def test_a_wrong_band_is_refused_by_its_name(sqlite_world: World, band: Any, part: str) -> None:
    _, session = sat(sqlite_world)
    teacher = sqlite_world.teacher()
    refused = score(teacher, session, **{part: band})
    assert (refused.status_code, list(refused.json()), scores(sqlite_world)) == (400, [part], 0)
    score_id = score(teacher, session).json()["id"]
    changed = teacher.patch(f"/api/v1/mock/score/{score_id}/update/", {part: band})
    assert (changed.status_code, list(changed.json())) == (400, [part])


def test_all_bands_and_a_session_are_needed(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    refused = teacher.post("/api/v1/mock/score/create/", {})
    assert set(refused.json()) == {"session", "listening", "reading", "writing", "speaking"}
    unknown = score(teacher, {"id": "550e8400-e29b-41d4-a716-446655440000"})
    assert (unknown.status_code, list(unknown.json())) == (400, ["session"])


def test_a_change_is_audited_with_what_differs(world: World, set_clock: SetClock) -> None:
    _, session = sat(world)
    _, other = sat(world)
    teacher = world.teacher()
    given, kept = score(teacher, session).json(), score(teacher, other).json()
    set_clock(NOON + timedelta(hours=1))
    changer = world.teacher()
    changed = changer.patch(f"/api/v1/mock/score/{given['id']}/update/", {"writing": 7.5, "speaking": "7.0", "score": 1}).json()
    assert changed == given | {"writing": 7.5, "speaking": 7.0, "score": 7.5, "updated_at": "2026-11-20T18:00:00+05:00"}
    (audited,) = world.admin().get("/api/v1/admin/audit").json()
    assert {name: audited[name] for name in ("kind", "object_id", "actor_id", "before", "after")} == {
        "kind": "mock_score",
        "object_id": given["id"],
        "actor_id": changer.id,
        "before": {"writing": 7.0, "speaking": 6.5, "score": 7.5},
        "after": {"writing": 7.5, "speaking": 7.0, "score": 7.5},
    }
    changer.patch(f"/api/v1/mock/score/{given['id']}/update/", {"writing": 7.5})
    assert len(world.admin().get("/api/v1/admin/audit").json()) == 1, "nothing changed"
    with world.db.read() as tx:
        assert tx.all(select(MockScore.id, MockScore.overall).order_by(MockScore.id)) == [(given["id"], 15), (kept["id"], 15)]
    assert changer.patch("/api/v1/mock/score/987654/update/", {"writing": 7.5}).status_code == 404


def test_own_scores_are_listed_by_id(world: World) -> None:
    student, teacher = world.student(), world.teacher()
    test = make_test(teacher)
    given: list[int] = []
    for band in (5, 6):
        session = start(student, test)
        finish(student, session)
        given.append(score(teacher, session, writing=band).json()["id"])
        other = sat(world)[1]
        score(teacher, other)
    assert [row["id"] for row in student.get("/api/v1/mock/score/me/").json()] == given
    assert [row["writing"] for row in student.get("/api/v1/mock/score/me/?skip=1").json()] == [6]
    assert teacher.get("/api/v1/mock/score/me/").json() == []
