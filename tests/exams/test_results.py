"""Results: students see their own, staff check them, admins delete them; what changes after the check is audited."""

from typing import Any

from bilim.exams.models import ExamAnswer, ExamEntry, ExamResult
from exams.school import EXAMS, RESULTS, choose, enter, exam, result, rows, submit
from world import Person, World

LISTED = ("id", "exam", "student", "score", "correct_answers", "total_questions", "is_checked", "checked_by", "created_at")


def audited(world: World) -> list[dict[str, Any]]:
    return [record for record in world.superadmin().get("/api/v1/admin/audit").json() if record["kind"] == "exam_result"]


def marks(person: Person, result_id: int) -> list[bool | None]:
    return [answer["is_correct"] for answer in person.get(f"{RESULTS}{result_id}/").json()["answers"]]


def test_students_see_their_own_results_and_staff_all(world: World) -> None:
    teacher, students, held = world.teacher(), [world.student() for _ in range(3)], exam(world)
    told = [result(student, held, 1) for student in students]
    assert teacher.get(RESULTS).json() == [
        {name: each[name] for name in (*LISTED, "exam_title")} | {"exam_title": "Grammar"} for each in told
    ]
    for student, own in zip(students, told, strict=True):
        for path in (RESULTS, f"{RESULTS}my-results/"):
            assert [each["id"] for each in student.get(path).json()] == [own["id"]]
        for other in told:
            assert student.get(f"{RESULTS}{other['id']}/").status_code == (200 if other is own else 404)
    assert teacher.get(f"{RESULTS}my-results/").json() == []
    assert [teacher.get(f"{RESULTS}{each['id']}/").json()["student"] for each in told] == [student.id for student in students]
    page = teacher.get(f"{RESULTS}?skip=1&limit=1")
    assert ([each["id"] for each in page.json()], page.headers["x-total-count"]) == ([told[1]["id"]], "3")


def test_staff_see_which_answers_are_correct_and_a_student_once_the_result_is_checked(world: World) -> None:
    teacher, student, held = world.teacher(), world.student(), exam(world)
    told = result(student, held, 1, 0, "text")
    assert (marks(teacher, told["id"]), marks(student, told["id"])) == ([True, False, False], [None, None, None])
    checked = teacher.patch(f"{RESULTS}{told['id']}/", {"is_checked": True})
    assert (checked.status_code, checked.json()["is_checked"], checked.json()["checked_by"]) == (200, True, teacher.id)
    assert marks(student, told["id"]) == [True, False, False]
    undone = teacher.put(f"{RESULTS}{told['id']}/", {"is_checked": False}).json()
    assert (undone["is_checked"], undone["checked_by"], marks(student, told["id"])) == (False, None, [None, None, None])


def test_marks_change_the_score(world: World) -> None:
    teacher, student, other, held = world.teacher(), world.student(), world.student(), exam(world)
    told, kept = (result(each, held, 1, 0, "text") for each in (student, other))
    ids = [answer["id"] for answer in told["answers"]]
    path = f"{RESULTS}{told['id']}/"
    marked = teacher.patch(path, {"answers": [{"id": ids[2], "is_correct": True}, {"id": ids[1], "is_correct": False}]}).json()
    assert (marked["correct_answers"], marked["score"], marked["is_checked"], marked["checked_by"]) == (2, 200 / 3, False, None)
    assert [each["is_correct"] for each in marked["answers"]] == [True, False, True]
    both = {"is_checked": True, "answers": [{"id": ids[0], "is_correct": False}]}
    marked = teacher.patch(path, both).json()
    assert (marked["correct_answers"], marked["is_checked"], marked["checked_by"]) == (1, True, teacher.id)
    assert student.get(path).json() == marked
    assert other.get(f"{RESULTS}{kept['id']}/").json() == kept


def test_what_is_sent_back_as_it_came_changes_nothing(world: World) -> None:
    teacher, second, student, held = world.teacher(), world.teacher(), world.student(), exam(world)
    told = result(student, held, 1, 0, "text")
    path = f"{RESULTS}{told['id']}/"
    checked = teacher.patch(path, {"is_checked": True}).json()
    for body in (checked, {}, {"is_checked": None, "answers": None}, {"score": 100, "correct_answers": 3, "checked_by": second.id}):
        assert second.put(path, body).json() == checked
    assert audited(world) == []


def test_answers_of_another_result_are_refused_at_their_places(world: World) -> None:
    teacher, held = world.teacher(), exam(world)
    mine, other = (result(world.student(), held, 1, 0) for _ in range(2))
    own, strange = mine["answers"][0]["id"], other["answers"][0]["id"]
    sent = [{"id": own, "is_correct": False}, {"id": strange, "is_correct": False}, {"id": own, "is_correct": True}]
    refused = teacher.patch(f"{RESULTS}{mine['id']}/", {"is_checked": True, "answers": sent})
    assert (refused.status_code, refused.json()) == (
        400,
        {"answers": [{}, {"id": [f'Invalid pk "{strange}" - object does not exist.']}, {"id": ["This answer is named twice."]}]},
    )
    again = teacher.patch(f"{RESULTS}{mine['id']}/", {"answers": [sent[1]] * 2}).json()["answers"]
    assert [list(each) for each in again] == [["id"], ["id"]]
    assert [marks(teacher, each["id"]) for each in (mine, other)] == [[True, False], [True, False]]
    assert teacher.get(f"{RESULTS}{mine['id']}/").json()["is_checked"] is False
    assert teacher.patch(f"{RESULTS}987654/", {}).status_code == 404


def test_changes_of_a_checked_result_are_audited(world: World) -> None:
    teacher, held = world.teacher(), exam(world)
    told = result(world.student(), held, 1, 0, "text")
    path, ids = f"{RESULTS}{told['id']}/", [answer["id"] for answer in told["answers"]]
    teacher.patch(path, {"is_checked": True, "answers": [{"id": ids[2], "is_correct": True}]})
    assert audited(world) == [], "checking itself is no correction"
    teacher.patch(path, {"answers": [{"id": ids[1], "is_correct": True}, {"id": ids[2], "is_correct": True}]})
    teacher.patch(path, {"is_checked": False})
    reopened, corrected = audited(world)
    assert (corrected["object_id"], corrected["before"], corrected["after"]) == (
        told["id"],
        {"correct_answers": 2, "answers": {str(ids[1]): False}},
        {"correct_answers": 3, "answers": {str(ids[1]): True}},
    )
    assert (reopened["before"], reopened["after"]) == ({"is_checked": True}, {"is_checked": False})


def test_a_deleted_result_is_audited_and_the_exam_may_be_taken_again(world: World) -> None:
    admin, teacher, student, other = world.admin(), world.teacher(), world.student(), world.student()
    held, second = exam(world, time_limit=30), exam(world)
    for each in (student, other):
        enter(each, held["code"])
    enter(student, second["code"])
    told, kept = result(student, held, 1, 0), result(other, held, 1)
    assert teacher.delete(f"{RESULTS}{told['id']}/").status_code == 403
    assert admin.delete(f"{RESULTS}{told['id']}/").status_code == 204
    assert admin.delete(f"{RESULTS}{told['id']}/").status_code == 404
    (record,) = audited(world)
    assert (record["object_id"], record["after"]) == (told["id"], {"deleted": True})
    before = {"exam": held["id"], "student": student.id, "correct_answers": 1, "total_questions": 3, "is_checked": False}
    assert record["before"] == before
    assert [each["id"] for each in teacher.get(RESULTS).json()] == [kept["id"]]
    assert (rows(world, ExamResult), rows(world, ExamAnswer), rows(world, ExamEntry)) == (1, 1, 2)
    assert student.get(f"{EXAMS}{held['id']}/").json()["questions"] == []
    assert student.get(f"{EXAMS}{second['id']}/").json()["questions"] != []
    assert submit(student, held, choose(held, 1)).status_code == 400
    assert enter(student, held["code"]).status_code == 200
    assert submit(student, held, choose(held, 1)).status_code == 201
