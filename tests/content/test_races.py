"""Imports that meet: a key means one thing, whoever comes first."""

from functools import partial

from at_once import at_once, statuses
from content.material import COUNTED, ENGLISH, GREETINGS, exported, imported, rows, send
from world import World

MANY = 8


def test_imports_of_one_key_at_once_make_one_course(world: World) -> None:
    teacher = world.teacher()
    heard = statuses(at_once([partial(send, teacher, ENGLISH)] * MANY))
    assert heard[201] == 1
    assert heard.keys() <= {200, 201, 409}
    assert rows(world) == COUNTED


def test_imports_into_one_course_at_once_add_a_lesson_once(world: World) -> None:
    teacher = world.teacher()
    imported(teacher, ENGLISH | {"sections": []})
    same = ENGLISH | {"sections": [{"title": "Bob", "lessons": [GREETINGS]}]}
    assert statuses(at_once([partial(send, teacher, same)] * MANY)) == {201: 1, 200: MANY - 1}
    assert rows(world) == {"courses": 1, "sections": 1, "lessons": 1, "words": 2}


def test_imports_of_other_lessons_into_one_course_at_once_all_count(world: World) -> None:
    teacher = world.teacher()
    imported(teacher, ENGLISH | {"sections": [{"key": "s", "title": "Bob"}]})
    lessons = [{"key": f"l{number}", "title": f"Dars {number}"} for number in range(MANY)]
    calls = [partial(send, teacher, ENGLISH | {"sections": [{"key": "s", "title": "Bob", "lessons": [lesson]}]}) for lesson in lessons]
    assert statuses(at_once(calls)) == {201: MANY}
    ((section,),) = (course["sections"] for course in exported(teacher))
    assert {lesson["key"] for lesson in section["lessons"]} == {lesson["key"] for lesson in lessons}
