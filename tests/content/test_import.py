"""Imports: courses are found again by their keys, all is written or nothing, every wrong row is named."""

from typing import Any

import pytest

from bilim.content.rules import MAX_LESSONS, MAX_WORDS
from content.material import (
    BYE,
    COUNTED,
    ENGLISH,
    EXPORT,
    FOOD,
    GREETINGS,
    HELLO,
    IMPORT,
    NOTHING,
    NUMBERS,
    exported,
    imported,
    rows,
    send,
    send_file,
)
from world import Person, World


def course_of(person: Person, course_id: int) -> dict[str, Any]:
    return person.get(f"/api/v1/courses/{course_id}").json()


def test_a_course_with_all_that_is_in_it(world: World) -> None:
    teacher = world.teacher()
    report = imported(teacher, ENGLISH)
    (made,) = report["courses"]
    assert report == {
        "dry_run": False,
        "created": COUNTED,
        "updated": NOTHING,
        "unchanged": NOTHING,
        "courses": [{"id": made["id"], "key": "english-a1", "title": "Ingliz tili A1", "did": "created"}],
        "ignored": [],
    }
    course = course_of(world.student(), made["id"])
    assert (course["instructor_id"], course["category"], course["tags"]) == (teacher.id, "Ingliz tili", ["A1", "grammatika"])
    assert [lesson["title"] for lesson in course["lessons"]] == ["Salomlashish", "Sonlar", "Taomlar"]
    assert [word["word"] for word in course["lessons"][0]["words"]] == ["hello", "bye"]
    assert course["lessons"][1]["video_url"] == "https://video.example/1"
    assert [lesson["order"] for lesson in course["lessons"]] == [0, 1, 0], "they stand as they stand in the file"


def test_the_same_import_again_changes_nothing(world: World) -> None:
    teacher = world.teacher()
    first = imported(teacher, ENGLISH)
    before = exported(teacher), course_of(teacher, first["courses"][0]["id"])
    again = send(teacher, ENGLISH)
    assert again.status_code == 200, "nothing was made"
    report = again.json()
    assert (report["created"], report["updated"], report["unchanged"]) == (NOTHING, NOTHING, COUNTED)
    assert report["courses"] == [first["courses"][0] | {"did": "unchanged"}]
    assert (exported(teacher), course_of(teacher, first["courses"][0]["id"])) == before
    assert rows(world) == COUNTED


def test_what_differs_is_changed_and_nothing_is_deleted(world: World) -> None:
    teacher = world.teacher()
    course_id = imported(teacher, ENGLISH)["courses"][0]["id"]
    moved = {"key": "numbers", "title": "Sonlar 1–10"}
    spelt = {"word": "hello", "translation": "assalomu alaykum"}
    changed = ENGLISH | {
        "title": "Ingliz tili noldan",
        "sections": [
            {"key": "shop", "title": "Bozorda", "lessons": [moved, {"key": "greetings", "title": "Salomlashish", "words": [spelt]}]},
        ],
    }
    report = send(teacher, changed).json()
    assert (report["created"], report["updated"]) == (NOTHING, {"courses": 1, "sections": 1, "lessons": 2, "words": 1})
    (course,) = exported(teacher)
    assert [(section["title"], [lesson["key"] for lesson in section["lessons"]]) for section in course["sections"]] == [
        ("Birinchi qadamlar", []),
        ("Bozorda", ["greetings", "food", "numbers"]),
    ]
    greetings, food, numbers = course["sections"][1]["lessons"]
    assert (numbers["title"], numbers["content"], numbers["video_url"]) == ("Sonlar 1–10", NUMBERS["content"], NUMBERS["video_url"])
    assert greetings["words"] == [HELLO | {"translation": "assalomu alaykum"}, BYE], "what is left out stays"
    assert food["content"] == FOOD["content"]
    assert course_of(teacher, course_id)["title"] == "Ingliz tili noldan"
    assert rows(world) == COUNTED


def test_without_keys_sections_and_lessons_are_found_by_their_titles(world: World) -> None:
    teacher = world.teacher()
    bare = {"title": "Kurs", "key": "k", "sections": [{"title": "Bob", "lessons": [{"title": "Bir"}, {"title": "Ikki"}]}]}
    imported(teacher, bare)
    longer = bare | {"sections": [{"title": "Bob", "lessons": [{"title": "Ikki", "content": "2"}, {"title": "Uch"}]}]}
    report = send(teacher, longer).json()
    assert (report["created"], report["updated"]) == (NOTHING | {"lessons": 1}, NOTHING | {"lessons": 1})
    lessons = exported(teacher)[0]["sections"][0]["lessons"]
    assert sorted((lesson["title"], lesson["content"]) for lesson in lessons) == [("Bir", ""), ("Ikki", "2"), ("Uch", "")]


def test_a_lesson_of_a_key_is_not_taken_for_one_of_the_same_title(world: World) -> None:
    teacher = world.teacher()
    course = {"title": "Kurs", "key": "k", "sections": [{"title": "Bob", "lessons": [{"key": "a", "title": "Mashq", "content": "1"}]}]}
    imported(teacher, course)
    both = [{"title": "Mashq", "content": "yangi"}, {"key": "a", "title": "Mashq", "content": "2"}]
    report = send(teacher, course | {"sections": [{"title": "Bob", "lessons": both}]}).json()
    assert report["created"]["lessons"] == report["updated"]["lessons"] == 1
    lessons = exported(teacher)[0]["sections"][0]["lessons"]
    assert {lesson["content"]: lesson["key"] == "a" for lesson in lessons} == {"2": True, "yangi": False}


def test_a_course_without_a_key_is_a_new_one_each_time(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    assert [imported(teacher, {"title": "Kurs"})["created"]["courses"] for _ in range(2)] == [1, 1]
    assert len({course["key"] for course in exported(teacher)}) == 2, "each has a key of its own from then on"


def test_words_of_one_spelling_are_told_apart_by_their_place(world: World) -> None:
    teacher = world.teacher()
    bank = [{"word": "bank", "translation": translation} for translation in ("bank", "qirgʻoq")]
    course = {"title": "Kurs", "key": "k", "sections": [{"title": "Bob", "lessons": [{"key": "l", "title": "Dars", "words": bank}]}]}
    imported(teacher, course)
    assert send(teacher, course).json()["unchanged"]["words"] == 2
    assert [word["translation"] for word in exported(teacher)[0]["sections"][0]["lessons"][0]["words"]] == ["bank", "qirgʻoq"]


def test_a_dry_run_tells_the_same_and_writes_nothing(world: World) -> None:
    teacher = world.teacher()
    imported(teacher, ENGLISH | {"sections": []})
    new = {"title": "Yangi", "key": "new", "category": "Hali yoʻq"}
    tried = send(teacher, ENGLISH, new, dry_run=True)
    assert tried.status_code == 200
    assert rows(world) == NOTHING | {"courses": 1}
    done = send(teacher, ENGLISH, new)
    assert done.status_code == 201
    told, real = tried.json(), done.json()
    assert [course.pop("id") is None for course in told["courses"]] == [False, True]
    assert all(course.pop("id") for course in real["courses"])
    assert told == real | {"dry_run": True}
    assert "Hali yoʻq" in [each["name"] for each in teacher.get("/api/v1/lessons/categories").json()]


def test_a_dry_run_makes_no_category(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    send(teacher, ENGLISH, dry_run=True)
    assert teacher.get("/api/v1/lessons/categories").json() == []


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_file_as_it_was_exported(world: World, wrapped: bool) -> None:
    teacher = world.teacher()
    answer = send_file(teacher, {"courses": [ENGLISH]} if wrapped else [ENGLISH])
    assert (answer.status_code, answer.json()["created"]) == (201, COUNTED)
    assert world.uploads() == [], "what was read is not kept"


def test_a_file_from_a_windows_editor_and_a_dry_run_in_a_form(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    answer = send_file(teacher, b"\xef\xbb\xbf" + b'[{"title": "Kurs"}]', dry_run="true")
    assert (answer.status_code, answer.json()["dry_run"], answer.json()["created"]["courses"]) == (200, True, 1)
    assert (rows(sqlite_world), sqlite_world.uploads()) == (NOTHING, [])


def broken(**of_lesson: Any) -> dict[str, Any]:
    """The course with something else in its second lesson."""
    sections = [{"title": "Birinchi qadamlar", "lessons": [GREETINGS, NUMBERS | of_lesson]}, ENGLISH["sections"][1]]
    return ENGLISH | {"sections": sections}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": ""}, "This field may not be blank."),
        ({"title": None}, "This field may not be null."),
        ({"title": 7}, "Not a valid string."),
        ({"title": "x" * 256}, "Ensure this field has no more than 255 characters."),
        ({"content": []}, "Not a valid string."),
        ({"order": -1}, "Ensure this value is greater than or equal to 0."),
        ({"order": 2**31}, "Ensure this value is less than or equal to 2147483647."),
        ({"order": 10**400}, None),
        ({"video_url": "javascript:alert(1)"}, "Enter an http or https address, or a path of this server."),
        ({"is_preview": "perhaps"}, "Must be a valid boolean."),
        ({"key": "two words"}, None),
        ({"key": "x" * 65}, None),
        ({"key": ""}, None),
        ({"words": "hello"}, "Expected a list of items."),
        ({"words": [HELLO, {"word": "x"}]}, [{}, {"translation": ["This field is required."]}]),
        ({"words": [[]]}, [{"non_field_errors": ["Invalid data. Expected a dictionary."]}]),
    ],
    ids=str,
)
def test_a_broken_row_is_named_and_nothing_is_imported(sqlite_world: World, wrong: dict[str, Any], message: Any) -> None:
    teacher = sqlite_world.teacher()
    (field,) = wrong
    refused = send(teacher, {"title": "Yaxshi kurs"}, broken(**wrong))
    assert refused.status_code == 400
    told = refused.json()["courses"][1]["sections"][0]["lessons"]
    assert told[0] == {}
    if message is not None:
        assert told[1] == {field: [message] if isinstance(message, str) else message}
    else:
        assert told[1].keys() == {field}
    assert rows(sqlite_world) == NOTHING


def test_every_broken_row_is_named_at_once(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    lessons = [{"title": "" if number % 2 else "Dars", "key": f"l{number}"} for number in range(600)]
    refused = send_file(teacher, [{"title": "Kurs", "sections": [{"title": "Bob", "lessons": lessons}]}, {"price": -1}])
    told = refused.json()["courses"]
    named = told[0]["sections"][0]["lessons"]
    assert [bool(each) for each in named] == [bool(number % 2) for number in range(600)]
    assert told[1].keys() == {"title", "price"}
    assert (rows(sqlite_world), sqlite_world.uploads()) == (NOTHING, [])


@pytest.mark.parametrize(
    ("courses", "told"),
    [
        ([{"title": "A", "key": "k"}, {"title": "B", "key": "k"}], [{}, {"key": ["This key stands here twice."]}]),
        (
            [{"title": "A", "sections": [{"title": "B", "key": "s"}, {"title": "C", "key": "s"}]}],
            [{"sections": [{}, {"key": ["This key stands here twice."]}]}],
        ),
        (
            [{"title": "A", "sections": [{"title": "B"}, {"title": "B"}]}],
            [{"sections": [{}, {"title": ["This title stands here twice; give keys to tell the two apart."]}]}],
        ),
        (
            [
                {
                    "title": "A",
                    "sections": [
                        {"title": "B", "lessons": [{"title": "x", "key": "l"}]},
                        {"title": "C", "lessons": [{"title": "y", "key": "l"}, {"title": "z"}, {"title": "z"}]},
                    ],
                }
            ],
            [
                {
                    "sections": [
                        {},
                        {
                            "lessons": [
                                {"key": ["This key stands here twice."]},
                                {},
                                {"title": ["This title stands here twice; give keys to tell the two apart."]},
                            ]
                        },
                    ]
                }
            ],
        ),
    ],
    ids=["courses", "sections", "titles of sections", "lessons"],
)
def test_what_stands_twice_is_named(sqlite_world: World, courses: list[Any], told: list[Any]) -> None:
    refused = send(sqlite_world.teacher(), *courses)
    assert (refused.status_code, refused.json()) == (400, {"courses": told})
    assert rows(sqlite_world) == NOTHING


def test_equal_titles_with_keys_and_equal_keys_in_other_courses_are_no_fault(sqlite_world: World) -> None:
    def course(key: str) -> dict[str, Any]:
        twins = [{"title": "Mashq", "key": "1"}, {"title": "Mashq", "key": "2"}]
        return {"title": "Kurs", "key": key, "sections": [{"title": "Bob", "key": "1", "lessons": twins}]}

    assert imported(sqlite_world.teacher(), course("a"), course("b"))["created"]["lessons"] == 4


def test_unknown_fields_have_no_effect_and_are_told(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()
    report = imported(teacher, ENGLISH | {"titel": "X", "sections": [{"title": "Bob", "lessons": [GREETINGS | {"is_preveiw": False}]}]})
    assert sorted(report["ignored"]) == ["courses[0].sections[0].lessons[0].is_preveiw", "courses[0].titel"]
    many = send(teacher, {"title": "Kurs", "key": "k"} | {f"x{number}": 1 for number in range(300)}).json()
    assert len(many["ignored"]) == 100


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "courses"),
        ({"courses": []}, "courses"),
        ({"courses": None}, "courses"),
        ({"courses": {}}, "courses"),
        ({"courses": ["x"]}, "courses"),
        ({"courses": [{"title": "Kurs"}] * 101}, "courses"),
        ({"courses": [{"title": "Kurs"}], "dry_run": "perhaps"}, "dry_run"),
        ([], "non_field_errors"),
        ("x", "non_field_errors"),
    ],
)
def test_what_is_no_import_is_refused(sqlite_world: World, body: Any, field: str) -> None:
    refused = sqlite_world.teacher().post(IMPORT, body)
    assert (refused.status_code, list(refused.json())) == (400, [field])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe[\x00]\x00",
        b'[{"title": "Ku\\u0000rs"}]',
        b"[" * 100_000,
        b'[{"title": "Kurs", "estimated_duration": 1e999}]',
        b'[{"title": "\\ud800"}]',
        b'[{"title": "Kurs", "estimated_duration": ' + b"9" * 401 + b"}]",
        b"null",
        b"7",
    ],
    ids=["empty", "cut", "UTF-16", "NUL", "nested", "number", "surrogate", "digits", "null", "seven"],
)
def test_a_file_that_is_no_import_is_refused(sqlite_world: World, content: bytes) -> None:
    refused = send_file(sqlite_world.teacher(), content)
    assert refused.status_code == 400, refused.text
    assert refused.json().keys() <= {"file", "non_field_errors", "courses"}
    assert (rows(sqlite_world), sqlite_world.uploads()) == (NOTHING, [])


def test_courses_come_in_one_way(sqlite_world: World) -> None:
    both = {"courses": (None, "[]"), "file": ("x.json", b"[]")}
    assert sqlite_world.teacher().call("POST", IMPORT, files=both).status_code == 400


def test_bounds_hold_over_all_courses_together(sqlite_world: World) -> None:
    teacher = sqlite_world.teacher()

    def course(lessons: int, words: int = 0) -> dict[str, Any]:
        made = [{"title": f"Dars {number}", "words": [HELLO] * words} for number in range(lessons)]
        return {"title": "Kurs", "sections": [{"title": "Bob", "lessons": made}]}

    half = MAX_LESSONS // 2
    refused = send(teacher, course(half), course(half + 1))
    assert refused.json() == {"courses": [f"At most {MAX_LESSONS} lessons can be imported at once."]}
    refused = send(teacher, course(10, MAX_WORDS // 10), course(1, 1))
    assert refused.json() == {"courses": [f"At most {MAX_WORDS} words can be imported at once."]}
    assert rows(sqlite_world) == NOTHING
    assert imported(teacher, course(half), course(half))["created"]["lessons"] == MAX_LESSONS


@pytest.mark.parametrize("size", [6 * 1024 * 1024, 10 * 1024 * 1024])
def test_what_is_too_large_is_not_read(sqlite_world: World, size: int) -> None:
    teacher = sqlite_world.teacher()
    text = "x" * size
    assert send(teacher, {"title": "Kurs", "description": text}).status_code == 413
    assert send_file(teacher, [{"title": text}]).status_code == 413
    assert sqlite_world.uploads() == []


def test_a_file_just_over_its_bound_is_refused_by_field(sqlite_world: World) -> None:
    refused = send_file(sqlite_world.teacher(), b" " * (5 * 1024 * 1024 + 1))
    assert (refused.status_code, refused.json()) == (400, {"file": ["The file is larger than 5 MiB."]})


def test_whose_courses_are_found(world: World) -> None:
    """A key means one's own course; an id only one that the caller may change."""
    owner, other, admin = world.teacher(), world.teacher(), world.admin()
    theirs = imported(owner, ENGLISH)["courses"][0]["id"]
    draft = imported(owner, {"title": "Qoralama", "key": "draft"})["courses"][0]["id"]
    own = imported(other, ENGLISH | {"title": "Mening kursim"})["courses"][0]["id"]
    assert own != theirs
    before = exported(owner)
    assert send(other, {"id": theirs, "title": "Oʻgʻirlangan"}).status_code == 403
    hidden = send(other, {"title": "A"}, {"id": draft, "title": "Oʻgʻirlangan"})
    assert (hidden.status_code, hidden.json()) == (400, {"courses": [{}, {"id": [f'Invalid pk "{draft}" - object does not exist.']}]})
    assert hidden.json() == {"courses": [{}, {"id": [f'Invalid pk "{draft}" - object does not exist.']}]}
    assert (exported(owner), [course["title"] for course in exported(other)]) == (before, ["Mening kursim"])
    assert send(admin, {"id": draft, "title": "Tuzatilgan"}).status_code == 200
    assert send(admin, {"key": "english-a1", "instructor_id": owner.id, "title": "Tuzatilgan"}).json()["courses"][0]["id"] == theirs
    assert [course["title"] for course in exported(owner)] == ["Tuzatilgan", "Tuzatilgan"]


def test_what_a_teacher_may_not_set_is_not_taken(sqlite_world: World) -> None:
    teacher, other = sqlite_world.teacher(), sqlite_world.teacher()
    course_id = imported(teacher, {"title": "Kurs", "is_featured": True, "instructor_id": other.id})["courses"][0]["id"]
    course = course_of(teacher, course_id)
    assert (course["instructor_id"], course["is_featured"]) == (teacher.id, False)


def test_an_admin_imports_for_a_teacher_and_unknown_ones_are_named_for_all_courses(world: World) -> None:
    admin, teacher, student = world.admin(), world.teacher(), world.student()
    refused = send(
        admin, {"title": "A", "instructor_id": student.id}, {"title": "B"}, {"title": "C", "id": 10**9}, {"title": "D", "category": 77}
    )
    assert refused.status_code == 400
    assert [list(each) for each in refused.json()["courses"]] == [["instructor_id"], [], ["id"], ["category"]]
    assert rows(world) == NOTHING
    course_id = imported(admin, ENGLISH | {"instructor_id": teacher.id})["courses"][0]["id"]
    assert course_of(teacher, course_id)["instructor_id"] == teacher.id


def test_a_course_by_its_id_takes_the_files_key(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=1)
    assert send(teacher, {"id": course["id"], "key": "mine", "title": "Kurs"}).json()["courses"] == [
        {"id": course["id"], "key": "mine", "title": "Kurs", "did": "updated"}
    ]
    assert send(teacher, {"key": "mine", "title": "Kurs"}).json()["courses"][0]["did"] == "unchanged"
    other = world.course(teacher)
    taken = send(teacher, {"id": other["id"], "key": "mine", "title": "Kurs"})
    assert (taken.status_code, taken.json()) == (409, {"detail": "Another course has this key."})


def test_what_was_deleted_is_not_found_by_its_key(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course_id = imported(teacher, ENGLISH)["courses"][0]["id"]
    lesson = course_of(teacher, course_id)["lessons"][0]
    world.complete(student, lesson["id"])
    teacher.delete(f"/api/v1/lessons/{lesson['id']}")
    assert send(teacher, ENGLISH).json()["created"] == NOTHING | {"lessons": 1, "words": 2}
    teacher.delete(f"/api/v1/courses/{course_id}")
    again = imported(teacher, ENGLISH)
    assert again["created"] == COUNTED
    assert again["courses"][0]["id"] != course_id


def test_learners_keep_what_they_finished(world: World) -> None:
    """A lesson that is changed or moved by an import stays the same lesson."""
    teacher, student = world.teacher(), world.student()
    course = course_of(teacher, imported(teacher, ENGLISH)["courses"][0]["id"])
    world.complete(student, course["lessons"][0]["id"])
    send(teacher, ENGLISH | {"sections": [{"key": "shop", "title": "Doʻkonda", "lessons": [GREETINGS | {"title": "Yangi nom"}]}]})
    progress = student.get(f"/api/enrollments/progress/{course['id']}/").json()
    assert (progress["completed_lessons"], progress["total_lessons"]) == (1, 3)
    assert [each["title"] for each in progress["lessons"] if each["is_completed"]] == ["Yangi nom"]


@pytest.mark.parametrize(("who", "status"), [("student", 403), ("teacher", 201), ("admin", 201)])
def test_staff_import(sqlite_world: World, who: str, status: int) -> None:
    assert send(getattr(sqlite_world, who)(), {"title": "Kurs"}).status_code == status


def test_strangers_bodies_are_not_looked_at(sqlite_world: World) -> None:
    assert sqlite_world.post(IMPORT, json={"courses": 7}).status_code == 401
    assert sqlite_world.get(EXPORT).status_code == 401
    student = sqlite_world.student()
    assert send_file(student, b"{").status_code == 403
    assert sqlite_world.uploads() == []
