"""Keys: set by staff, never seen by a student; a changed key marks all results again."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.mock.actions import keys
from bilim.mock.inputs import RemarkMockTest
from bilim.mock.models import MockAnswer, MockKey
from bilim.mock.rules.bands import PUBLISHED, PUBLISHED_SOURCE
from mock_school import ANSWERS, KEY, finish, make_test, save, send, set_key, start
from world import Person, World


def sat(student: Person, test: dict[str, Any], **sections: dict[str, str]) -> dict[str, Any]:
    """A session that is over, with answers."""
    session = start(student, test)
    for section, answers in sections.items():
        assert send(student, session, section, answers).status_code == 201
    finish(student, session)
    return session


def results(world: World) -> list[tuple[Any, ...]]:
    with world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(MockAnswer.raw_score, MockAnswer.band, MockAnswer.key_version).order_by(MockAnswer.id))]


def audited(world: World) -> list[dict[str, Any]]:
    return [row for row in world.admin().get("/api/v1/admin/audit").json() if row["kind"] == "mock_key"]


def test_a_key_is_kept_in_full_whatever_its_spelling(world: World) -> None:
    teacher = world.teacher()
    test = make_test(teacher, listening__question_count="10")
    path = f"/api/v1/mock/tests/{test['id']}/key/"
    assert teacher.get(path).json() == {"reading": None, "listening": None}
    full = {"variants": ["library"], "word_limit": 2, "articles": "required"}
    kept = set_key(teacher, test, reading={"answers": {"3": full, "2": ["CO2", "carbon dioxide"], "1": "A"}}).json()
    bare = {"word_limit": None, "articles": "optional"}
    assert list(kept["reading"]["answers"].items()) == [
        ("1", {"variants": ["A"], **bare}),
        ("2", {"variants": ["CO2", "carbon dioxide"], **bare}),
        ("3", full),
    ]
    assert (kept["reading"]["version"], kept["listening"]) == (1, None)
    assert kept["reading"]["conversion"] == [[least, halves / 2] for least, halves in PUBLISHED["reading"]]
    assert kept["reading"]["conversion_source"] == PUBLISHED_SOURCE
    scale = {"answers": {"1": "C"}, "conversion": [[10, 9.0], [5, 4.5]], "conversion_source": "Kitobdan"}
    kept = set_key(teacher, test, listening=scale).json()
    assert (kept["listening"]["conversion"], kept["listening"]["conversion_source"]) == ([[10, 9.0], [5, 4.5]], "Kitobdan")
    assert kept["reading"]["version"] == 1, "what is left out stays"
    kept = set_key(teacher, test, listening={"answers": {"1": "C"}}).json()
    assert (kept["listening"]["conversion"], kept["listening"]["conversion_source"], kept["listening"]["version"]) == (None, None, 2)
    assert world.teacher().get(path).json() == kept


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, {"non_field_errors": ["Give the key of reading or of listening."]}),
        ({"reading": {}}, {"reading": {"answers": ["This field is required."]}}),
        ({"reading": {"answers": {}}}, {"reading": {"answers": ["Ensure this field has at least 1 items."]}}),
        ({"reading": {"answers": {"41": "A"}}}, {"reading": {"answers": ["There is no question 41."]}}),
        ({"reading": {"answers": {"1": "A"}, "conversion": [[41, 9]]}}, {"reading": {"conversion": None}}),
        ({"reading": {"answers": {"1": "A"}, "conversion": [[1, 9.2]]}}, {"reading": {"conversion": None}}),
        ({"reading": {"answers": {"1": "A"}}, "listening": {"answers": {"1": []}}}, {"listening": {"answers": None}}),
        ({"reading": {"answers": {"1": {"variants": ["a b"], "word_limit": 1}}}}, {"reading": {"answers": None}}),
        ({"reading": {"answers": {"1": {"variants": ["a"], "articles": "never"}}}}, {"reading": {"answers": None}}),
    ],
)
def test_a_wrong_key_is_refused_where_it_is_wrong(sqlite_world: World, sent: dict[str, Any], wrong: dict[str, Any]) -> None:
    teacher = sqlite_world.teacher()
    refused = set_key(teacher, make_test(teacher), **sent)
    assert refused.status_code == 400
    found = refused.json()
    for name, problems in wrong.items():
        if isinstance(problems, dict) and None in problems.values():
            assert list(found[name]) == list(problems)
        else:
            assert found[name] == problems
    assert list(found) == list(wrong)
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(MockKey)) == 0


def test_answers_are_marked_as_they_are_stored(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    test, other = make_test(teacher), make_test(teacher)
    set_key(teacher, test, **KEY)
    set_key(teacher, other, reading={"answers": {"1": "B"}})
    sat(student, test, reading=ANSWERS | {"2": "co2", "4": "x"}, listening={"2": "an accommodation"})
    sat(student, other, reading={"1": "B"}, listening={"1": "B"})
    drafted = start(student, test)
    save(student, drafted, 1, reading={"3": "t"}, listening={"1": "c"})
    finish(student, drafted)
    assert results(world) == [(3, 4, 1), (0, 0, 1), (1, 2, 1), (None, None, None), (1, 2, 1), (1, 2, 1)]


def test_a_changed_key_marks_all_results_again_and_says_how_many_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    for answer in ("A", "B", "A", "C", "B"):
        sat(student, test, reading={"1": answer}, listening={"1": answer})
    untouched = sat(student, make_test(teacher), reading={"1": "A"})
    set_key(teacher, test, reading={"answers": {"1": "A"}})
    assert results(world)[0] == (None, None, None), "the job does it"
    world.run_jobs()
    marked = [row for row in results(world) if row[2]]
    assert marked == [(1, 2, 1), (0, 0, 1), (1, 2, 1), (0, 0, 1), (0, 0, 1)]
    set_key(world.admin(), test, reading={"answers": {"1": ["A", "B"]}})
    world.run_jobs()
    assert [row for row in results(world) if row[2]] == [(1, 2, 2), (1, 2, 2), (1, 2, 2), (0, 0, 2), (1, 2, 2)]
    assert teacher.get(f"/api/v1/mock/session/{untouched['id']}/answers/").json()["reading_answer"]["raw_score"] is None
    named = {"test": test["id"], "section": "reading"}
    second, first = audited(world)
    assert (first["before"], first["after"]) == (named | {"version": 0}, named | {"version": 1, "changed": 5})
    assert (second["before"], second["after"]) == (named | {"version": 1}, named | {"version": 2, "changed": 2})
    assert (first["actor_id"], first["actor_id"] == second["actor_id"]) == (teacher.id, False)


def test_the_job_may_run_again_and_for_a_key_that_is_gone(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    sat(student, test, reading={"1": "A"})
    set_key(teacher, test, reading={"answers": {"1": "A"}})
    world.run_jobs()
    with world.db.write() as tx:
        tx.enqueue(RemarkMockTest(tx.scalar(select(MockKey.id))), RemarkMockTest(987654))
    world.run_jobs()
    assert (results(world), len(audited(world))) == ([(1, 2, 1)], 1)


def test_marking_is_shown_question_by_question(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    scale = {"conversion": [[2, 9.0], [1, 4.5]], "conversion_source": "Kitobdan"}
    set_key(teacher, test, reading={"answers": {"1": "A", "2": ["CO2", "carbon dioxide"], "3": "TRUE"}, **scale})
    session = sat(student, test, reading={"1": "a", "2": "oxygen"}, listening={"1": "C"})
    path = f"/api/v1/mock/session/{session['id']}/marking/"
    assert world.teacher().get(path).json() == {
        "session": session["id"],
        "reading": {
            "raw_score": 1,
            "proposed_band": 4.5,
            "conversion_source": "Kitobdan",
            "key_version": 1,
            "questions": [
                {"number": 1, "answer": "a", "variants": ["A"], "is_correct": True},
                {"number": 2, "answer": "oxygen", "variants": ["CO2", "carbon dioxide"], "is_correct": False},
                {"number": 3, "answer": None, "variants": ["TRUE"], "is_correct": False},
            ],
        },
        "listening": None,
    }
    unanswered = sat(student, test)
    marking = teacher.get(f"/api/v1/mock/session/{unanswered['id']}/marking/").json()["reading"]
    assert (marking["raw_score"], marking["proposed_band"]) == (0, None)
    assert teacher.get("/api/v1/mock/session/550e8400-e29b-41d4-a716-446655440000/marking/").status_code == 404


def test_a_preview_changes_nothing(world: World) -> None:
    teacher = world.teacher()
    test = make_test(teacher)
    set_key(teacher, test, reading={"answers": {"1": "A"}})
    world.run_jobs()
    sessions = [sat(world.student(), test, reading={"1": answer}, listening={"1": answer}) for answer in ("A", "B")]
    sat(world.student(), make_test(teacher), reading={"1": "B"})
    start(world.student(), test)
    before = results(world)
    path = f"/api/v1/mock/tests/{test['id']}/key/preview/"
    proposed = {"reading": {"answers": {"1": ["A", "B"]}, "conversion": [[1, 9.0]]}}
    newest, oldest = teacher.post(path, proposed).json()
    assert [row["session"] for row in (oldest, newest)] == [each["id"] for each in sessions]
    assert oldest["reading"] == {"raw_before": 1, "raw_after": 1, "band_before": 1.0, "band_after": 9.0}
    assert newest["reading"] == {"raw_before": 0, "raw_after": 1, "band_before": 0.0, "band_after": 9.0}
    assert newest["listening"] is None, "no other key is proposed for it"
    both = teacher.post(path, proposed | {"listening": {"answers": {"1": "B"}, "conversion": [[2, 9.0]]}}).json()
    assert both[0]["listening"] == {"raw_before": None, "raw_after": 1, "band_before": None, "band_after": None}
    paged = teacher.post(f"{path}?skip=1&limit=1", proposed)
    assert ([row["session"] for row in paged.json()], paged.headers["x-total-count"]) == ([sessions[0]["id"]], "2")
    assert teacher.post(path, {"reading": {"answers": {"99": "A"}}}).json() == {"reading": {"answers": ["There is no question 99."]}}
    world.run_jobs()
    assert results(world) == before


def test_an_analysis_tells_which_questions_are_hard_and_which_tell_apart(world: World) -> None:
    teacher = world.teacher()
    test = make_test(teacher)
    set_key(teacher, test, reading={"answers": {"1": "A", "2": "B", "3": "colour"}})
    for answers in (
        {"1": "A", "2": "B", "3": "color"},
        {"1": "A", "2": "C", "3": "colour"},
        {"1": "X", "2": "C", "3": " Grey "},
        {"1": "A", "2": "c", "3": "gray"},
        {"1": "A", "2": " ", "3": "red"},
    ):
        sat(world.student(), test, reading=answers)
    sat(world.student(), test, listening={"1": "C"})
    sat(world.student(), make_test(teacher), reading={"1": "Z"})
    send(student := world.student(), start(student, test), "reading", {"1": "Z"})
    found = teacher.get(f"/api/v1/mock/tests/{test['id']}/analysis/").json()
    assert (found["test"], found["listening"], found["reading"]["results"]) == (test["id"], None, 5)
    first, second, third = found["reading"]["questions"]
    assert first == {
        "number": 1,
        "answered": 5,
        "correct": 4,
        "correct_share": 0.8,
        "discrimination": 0.375,
        "most_chosen_wrong": {"text": "X", "count": 1},
    }
    assert (second["answered"], second["correct"], second["most_chosen_wrong"]["count"]) == (4, 1, 3)
    assert second["most_chosen_wrong"]["text"].lower() == "c"
    assert (third["correct"], third["most_chosen_wrong"]["count"]) == (2, 2)
    assert third["most_chosen_wrong"]["text"].lower() in {"grey", "gray"}
    assert third["discrimination"] > second["discrimination"] > 0
    empty = make_test(teacher)
    assert teacher.get(f"/api/v1/mock/tests/{empty['id']}/analysis/").json() == {"test": empty["id"], "reading": None, "listening": None}


def test_planted_answers_of_a_key_reach_a_student_by_no_route(world: World) -> None:
    """A whole day of a student, before and after the key is set and the session scored."""
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    planted = {str(number): [f"kalit-{number}-maxfiy", f"ikkinchi-{number}"] for number in range(1, 41)}
    heard: list[str] = []

    def note(answer: Any) -> Any:
        heard.append(answer.text)
        return answer.json()

    set_key(teacher, test, reading={"answers": planted}, listening={"answers": planted})
    session = note(student.post("/api/v1/mock/session/start/", {"test": test["id"], "code": test["code"]}))
    path = f"/api/v1/mock/session/{session['id']}"
    note(save(student, session, 1, reading={"1": "A"}, listening={"1": "A"}))
    note(send(student, session, "reading", {"1": "A"}))
    own = ["tests/", "session/me/", f"session/{session['id']}/", f"session/reading/{session['id']}/", "score/me/"]
    for _ in range(2):
        for each in own:
            note(student.get(f"/api/v1/mock/{each}"))
        for each in ("key/", "analysis/", ""):
            assert student.get(f"/api/v1/mock/tests/{test['id']}/{each}").status_code == 403
        for each in ("answers/", "marking/"):
            assert student.get(f"{path}/{each}").status_code == 403
        assert student.post(f"/api/v1/mock/tests/{test['id']}/key/preview/", KEY).status_code == 403
        if len(heard) < 10:
            note(finish(student, session))
            bands = dict.fromkeys(("listening", "reading", "writing", "speaking"), 6)
            teacher.post("/api/v1/mock/score/create/", {"session": session["id"]} | bands)
    everything = "\n".join(heard)
    assert len(heard) > 10
    for secret in ("maxfiy", "ikkinchi", "raw_score", "proposed_band", "conversion", "key_version", test["code"]):
        assert secret not in everything
