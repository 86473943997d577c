"""A person looks for a course in three scripts, narrows the choice, buys nothing and still learns what is free."""

from typing import Any
from urllib.parse import urlencode

from bilim.catalog.models import Purchase
from world import Person, World


def ask(caller: World | Person, **asked: Any) -> dict[str, Any]:
    answer = caller.get(f"/api/search/?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def kinds(answer: dict[str, Any]) -> set[tuple[str, int]]:
    return {(each["kind"], each["id"]) for each in answer["results"]}


def marked(answer: dict[str, Any]) -> set[str]:
    """What is marked in the titles and texts."""
    shown = [part for each in answer["results"] for parts in each["highlights"].values() for part in parts]
    return {part["text"].lower() for part in shown if part["is_match"]}


def test_a_search_finds_what_a_person_expects_in_three_scripts(world: World) -> None:
    teacher = world.teacher(first_name="Nilufar")
    uzbek = world.course(
        teacher, lessons=0, title="O‘zbek tili: so‘zlashuv", category="Tillar", language="uz", description="Kundalik suhbatlar uchun."
    )
    russian = world.course(teacher, lessons=0, title="Русский язык для начинающих", category="Tillar", language="ru", price=150_000)
    english = world.course(teacher, lessons=0, title="English grammar", category="Languages", language="en")
    lesson = world.lesson(teacher, uzbek["id"], title="Bozorda", content="Bu olma qancha turadi? Ўрик борми?")
    word = teacher.post("/api/v1/words/", {"lesson_id": lesson["id"], "word": "o‘rik", "translation": "урюк, apricot"}).json()
    paid = world.lesson(teacher, russian["id"], title="На рынке", content="Сколько стоит урюк?")

    for query in ("o'zbek so'zlashuv", "ўзбек сўзлашув", "OZBEK SOZLASHUV", "sozlashuv o`zbk"):
        assert kinds(ask(world, q=query)) == {("course", uzbek["id"])}, query
    for query in ("русский", "russkiy yazik", "язык начинающих", "руский"):
        assert ("course", russian["id"]) in kinds(ask(world, q=query)), query
    for query in ("english", "grammar english", "gramar", "englsih grammer"):
        assert kinds(ask(world, q=query)) == {("course", english["id"])}, query

    apricots = ask(world, q="ўрик")
    assert kinds(apricots) == {("word", word["id"]), ("lesson", lesson["id"])}
    assert marked(apricots) == {"o‘rik", "ўрик"}
    assert kinds(ask(world, q="урюк")) == {("word", word["id"])}, "the other lesson is not open to a visitor"
    student = world.student()
    assert ("lesson", paid["id"]) not in kinds(ask(student, q="урюк"))
    with world.db.write() as tx:
        tx.insert(Purchase, user_id=student.id, course_id=russian["id"], created_at=tx.now)
    assert ("lesson", paid["id"]) in kinds(ask(student, q="урюк"))

    choice = ask(world)["facets"]
    assert {each["category"]["title"]: each["count"] for each in choice["category"]} == {"Tillar": 2, "Languages": 1}
    free = world.get("/api/courses/?category=tillar&free=true").json()
    assert [course["id"] for course in free] == [uzbek["id"]]

    student.post("/api/enrollments/", {"course": uzbek["id"]})
    student.post("/api/reviews/", {"course": uzbek["id"], "rating": 5})
    assert [course["id"] for course in world.get("/api/courses/?min_rating=4.5").json()] == [uzbek["id"]]
    teacher.put(f"/api/courses/{uzbek['id']}/", {"title": "O‘zbek tili: so‘zlashuv", "is_published": False})
    assert (kinds(ask(world, q="ўрик")), kinds(ask(world, q="o'zbek"))) == (set(), set())
    assert world.get("/api/courses/?min_rating=4.5").json() == []
