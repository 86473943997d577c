"""Finding courses, lessons and words: what is found by what, in which order, and what nobody may find (CONTRACT section 8)."""

from urllib.parse import quote

import pytest

from market.searching import courses, found
from world import World


@pytest.mark.parametrize(
    "query",
    [
        "o'zbek tili grammatikasi",
        "grammatikasi tili O‘ZBEK",
        "ўзбек тили",
        "ozbek",
        "o`zbek grammatikasi",
        "grammat",
        "uzbek grammatikasi",
        "ozbke grammatika",
        "gramatikaasi",
        "grmmatikasy",
        "  o’zbek,   TILI!  ",
    ],
)
def test_a_course_is_found_however_its_words_are_typed(world: World, query: str) -> None:
    teacher = world.teacher()
    world.course(teacher, lessons=0, title="Matematika asoslari")
    world.course(teacher, lessons=0, title="Oʻzbek tili grammatikasi")
    assert found(world, query) == [("course", "Oʻzbek tili grammatikasi")]
    assert courses(world, search=query) == ["Oʻzbek tili grammatikasi"]


def test_better_matches_stand_first(world: World) -> None:
    teacher = world.teacher()
    for title, description in (
        ("Veb dasturlash", "Python va Django"),
        ("Python bilan tahlil qilish", ""),
        ("Python", ""),
        ("Pythonda", ""),
    ):
        world.course(teacher, lessons=0, title=title, description=description)
    world.course(teacher, lessons=0, title="Tarix")
    assert courses(world, search="python") == ["Python", "Pythonda", "Python bilan tahlil qilish", "Veb dasturlash"]


def test_all_words_must_be_there_and_where_nothing_has_all_most_of_them(world: World) -> None:
    teacher = world.teacher()
    for title in ("Ingliz tili", "Rus tili", "Ingliz adabiyoti tarixi"):
        world.course(teacher, lessons=0, title=title)
    assert courses(world, search="ingliz tili") == ["Ingliz tili"]
    answer = world.get(f"/api/search/?q={quote('bepul ingliz tili kursi')}").json()
    assert (answer["is_partial"], [each["course"]["title"] for each in answer["results"]]) == (True, ["Ingliz tili"])
    assert courses(world, search="ingliz tarixi kursi") == ["Ingliz adabiyoti tarixi"], "all but one"
    assert courses(world, search="ingliz tarixi zzzzzzz qqqqqqq") == ["Ingliz adabiyoti tarixi"], "half of them"
    assert courses(world, search="ingliz zzzzzzz qqqqqqq") == [], "one word of three is too few"
    assert courses(world, search="ingliz zzzzzzz qqqqqqq fffffff") == [], "or of four"
    nothing = world.get("/api/search/?q=zzzzzzz+qqqqqqq").json()
    assert (nothing["total"], nothing["is_partial"]) == (0, False)
    assert world.get("/api/search/?q=ingliz").json()["is_partial"] is False


def test_a_slip_that_makes_another_word_is_forgiven_where_the_words_are_nowhere_together(world: World) -> None:
    teacher = world.teacher()
    for title in ("Shaxmat maktabi", "Kitoblar olami", "Kitobat haqida"):
        world.course(teacher, lessons=0, title=title)
    assert courses(world, search="kitobat olami") == ["Kitoblar olami"]
    assert courses(world, search="kitobat") == ["Kitobat haqida"], "a word that is there means itself"


def test_lessons_and_words_are_found_with_their_course(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0, title="Ingliz tili")
    lesson = world.lesson(teacher, course["id"], title="Mevalar", content="Bozorda olma va anor sotib olamiz.")
    teacher.post("/api/v1/words/", {"lesson_id": lesson["id"], "word": "pomegranate", "translation": "anor"})
    answer = world.get("/api/search/?q=anor").json()
    assert answer["total"] == 2
    word, text = answer["results"]
    assert (word["kind"], word["course"], word["lesson"]) == (
        "word",
        {"id": course["id"], "title": "Ingliz tili"},
        {"id": lesson["id"], "title": "Mevalar"},
    )
    assert (word["title"], word["highlights"]) == ("pomegranate", {"title": [], "text": [{"text": "anor", "is_match": True}]})
    assert (text["kind"], text["id"]) == ("lesson", lesson["id"])
    assert text["highlights"]["text"] == [
        {"text": "Bozorda olma va ", "is_match": False},
        {"text": "anor", "is_match": True},
        {"text": " sotib olamiz.", "is_match": False},
    ]
    assert found(world, "anor", kind="lesson") == [("lesson", "Mevalar")]


def test_closed_content_is_neither_found_nor_shown(world: World) -> None:
    teacher, admin, stranger = world.teacher(), world.admin(), world.student()
    course = world.course(teacher, lessons=0, title="Maxfiy ilm", price=50_000)
    closed = world.lesson(teacher, course["id"], title="Birinchi dars", content="xazina qayerda")
    world.lesson(teacher, course["id"], title="Namuna dars", content="xazina namunasi", is_preview=True)
    teacher.post("/api/v1/words/", {"lesson_id": closed["id"], "word": "treasure", "translation": "xazina"})
    for caller in (world, stranger, world.teacher(), world.student(is_premium=True)):
        assert found(caller, "xazina") == [("lesson", "Namuna dars")]
        assert found(caller, "treasure") == []
        assert found(caller, "birinchi") == [("lesson", "Birinchi dars")], "its title stands in the course for all to see"
        assert found(caller, "birinchi qayerda") == [("lesson", "Birinchi dars")], "one of two words is enough, and it is the title's"
        assert "xazina" not in caller.get("/api/search/?q=birinchi%20qayerda").text
    for caller in (teacher, admin):
        assert {title for _, title in found(caller, "xazina")} == {"treasure", "Birinchi dars", "Namuna dars"}
        assert "xazina" in caller.get("/api/search/?q=birinchi%20qayerda").text


def test_premium_lessons_are_found_by_premium_members_alone(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0, title="Ochiq kurs")
    world.lesson(teacher, course["id"], title="Dars", content="yashirin", premium_only=True)
    assert found(world.student(), "yashirin") == []
    assert found(world.student(is_premium=True), "yashirin") == [("lesson", "Dars")]


def test_what_is_not_published_is_found_by_its_author_and_admins_alone(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, title="Qoralama", lessons=1, is_published=False, category="Yashirin toifa")
    for caller in (world, world.student(), world.teacher()):
        assert (found(caller, "qoralama"), courses(caller, search="qoralama"), found(caller, "salomlashish")) == ([], [], [])
    for caller in (teacher, world.admin()):
        assert (found(caller, "qoralama"), len(found(caller, "salomlashish"))) == ([("course", "Qoralama")], 1)
    teacher.put(f"/api/courses/{course['id']}/", {"title": "Qoralama", "is_published": True})
    assert courses(world, search="qoralama") == ["Qoralama"]


def test_the_index_follows_every_write(world: World) -> None:
    teacher = world.teacher()
    course = world.course(teacher, lessons=0, title="Eski nom", tags=["yorliq"], category="Toifacha")
    path = f"/api/courses/{course['id']}/"
    teacher.put(path, {"title": "Yangi sarlavha", "description": "tavsifcha"})
    by_word = {word: courses(world, search=word) for word in ("eski", "yangi", "tavsifcha", "yorliq", "toifacha")}
    assert by_word == {word: [] if word == "eski" else ["Yangi sarlavha"] for word in by_word}
    teacher.post("/api/sections/", {"course": course["id"], "title": "Bobcha"})
    assert courses(world, search="bobcha") == ["Yangi sarlavha"]
    lesson = world.lesson(teacher, course["id"], title="Darscha", content="mazmuncha")
    word = teacher.post("/api/v1/words/", {"lesson_id": lesson["id"], "word": "sozcha", "translation": "tarjimacha"}).json()
    assert [len(found(world, each)) for each in ("darscha", "mazmuncha", "sozcha", "tarjimacha")] == [1, 1, 1, 1]
    changed = {"title": "Boshqacha", "content": "Matnlar", "course_id": course["id"], "order": 0}
    assert teacher.put(f"/api/v1/lessons/{lesson['id']}", changed).status_code == 200
    changed = {"word": "boshqasi", "translation": "tarjimacha", "lesson_id": lesson["id"]}
    assert teacher.put(f"/api/v1/words/{word['id']}", changed).status_code == 200
    assert [len(found(world, each)) for each in ("darscha", "mazmuncha", "sozcha", "boshqacha", "matnlar", "boshqasi")] == [
        0,
        0,
        0,
        1,
        1,
        1,
    ]
    teacher.delete(f"/api/v1/words/{word['id']}")
    assert found(world, "boshqasi") == []
    teacher.delete(f"/api/v1/lessons/{lesson['id']}")
    assert found(world, "boshqacha") == []
    teacher.delete(path)
    assert found(world, "yangi") == []


def test_a_finished_lesson_that_was_deleted_is_not_found_any_more(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    course = world.course(teacher, lessons=0, title="Kurs")
    lesson = world.lesson(teacher, course["id"], title="Yakunlangan")
    world.complete(student, lesson["id"])
    teacher.delete(f"/api/v1/lessons/{lesson['id']}")
    assert found(teacher, "yakunlangan") == []
    teacher.delete(f"/api/courses/{course['id']}/")
    assert (found(world.admin(), "kurs"), courses(teacher, search="kurs")) == ([], [])
