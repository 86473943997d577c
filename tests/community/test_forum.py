"""Categories, topics and posts over HTTP: who reads and changes what, and what bad input hears."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from at_once import at_once, statuses
from bilim.accounts.models import AuditRecord
from bilim.community import rules
from bilim.community.models import ForumCategory, ForumPost, ForumTopic
from community.threads import CATEGORIES, POSTS, TOPICS, category, read, say, shape, topic
from world import Person, World

HTML = "<script>alert(1)</script> <b>qalin</b> & \u202e \U0001f600"


def test_a_topic_as_the_document_shows_it(world: World) -> None:
    author = world.student(first_name="Jasur", last_name="Qodirov")
    made = topic(world, author, description="Birinchi urinish")
    (first,) = made["posts"]
    person = dict.fromkeys(
        ("email", "is_active", "is_superuser", "current_level", "last_viewed_lesson_id", "roles", "is_premium", "role")
    ) | {"id": author.id, "full_name": "Jasur Qodirov"}
    assert made == {
        "id": made["id"],
        "title": "IELTS qanday?",
        "description": "Birinchi urinish",
        "author_id": author.id,
        "category_id": made["category"]["id"],
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "is_pinned": False,
        "is_closed": False,
        "author": person,
        "category": {"id": made["category_id"], "name": "Savollar", "description": None},
        "posts_count": 1,
        "posts": [first],
    }
    assert first == {
        "id": first["id"],
        "topic_id": made["id"],
        "author_id": author.id,
        "parent_id": None,
        "content": "Kim topshirgan?",
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "is_edited": False,
        "edited_at": None,
        "is_deleted": False,
        "author": person,
        "replies": [],
    }
    assert read(world, made["id"]) == made
    (listed,) = world.get(TOPICS).json()
    assert listed == made | {"posts": []}


def test_a_stranger_finds_nothing_private_in_a_thread(world: World) -> None:
    author = world.student(first_name="Jasur", phone="+998901234567", telegram_id="777000111")
    made = topic(world, author)
    say(world.teacher(phone="+998907654321"), made["id"], parent_id=made["posts"][0]["id"])
    for path in (f"{TOPICS}{made['id']}", TOPICS, f"{CATEGORIES}{made['category_id']}/topics", CATEGORIES):
        shown = world.get(path).text
        for secret in ("@example.com", author.username, "99890", "777000111"):
            assert secret not in shown


def test_pinned_topics_come_first_then_by_id(world: World) -> None:
    teacher, here, elsewhere = world.teacher(), category(world), category(world)
    ids = [topic(world, category_id=here)["id"] for _ in range(3)]
    other = topic(world, category_id=elsewhere)["id"]
    pinned = teacher.put(f"{TOPICS}{ids[1]}", {"is_pinned": True})
    assert (pinned.status_code, pinned.json()["is_pinned"], pinned.json()["is_closed"]) == (200, True, False)

    def listed(path: str) -> list[int]:
        return [each["id"] for each in world.get(path).json()]

    assert listed(TOPICS) == [ids[1], ids[0], ids[2], other]
    assert listed(f"{CATEGORIES}{here}/topics/") == [ids[1], ids[0], ids[2]]
    assert listed(f"{CATEGORIES}{elsewhere}/topics") == [other]
    page = world.get(f"{TOPICS}?skip=1&limit=2")
    assert ([each["id"] for each in page.json()], page.headers["X-Total-Count"]) == ([ids[0], ids[2]], "4")
    assert 'rel="next"' in page.headers["Link"]
    assert world.get(f"{CATEGORIES}{here}/topics?limit=1").headers["X-Total-Count"] == "3"
    assert world.get(f"{CATEGORIES}{10**9}/topics").status_code == 404


def test_a_category_is_made_changed_and_deleted_with_its_topics(world: World) -> None:
    admin, student = world.admin(), world.student()
    empty, used = category(world, description="Umumiy"), category(world)
    made = topic(world, student, category_id=used)
    assert admin.put(f"{CATEGORIES}{empty}", {"name": "IELTS"}).json() == {"id": empty, "name": "IELTS", "description": "Umumiy"}
    assert admin.put(f"{CATEGORIES}{empty}", {"description": None}).json() == {"id": empty, "name": "IELTS", "description": None}
    assert admin.put(f"{CATEGORIES}{empty}", {}).json()["name"] == "IELTS"
    for path, answer in ((empty, {"id": empty, "name": "IELTS", "description": None}), (used, made["category"])):
        gone = admin.delete(f"{CATEGORIES}{path}")
        assert (gone.status_code, gone.json()) == (200, answer)
        assert admin.delete(f"{CATEGORIES}{path}").status_code == 404
        assert admin.put(f"{CATEGORIES}{path}", {"name": "Yana"}).status_code == 404
    assert world.get(CATEGORIES).json() == world.get(TOPICS).json() == []
    assert world.get(f"{TOPICS}{made['id']}").status_code == 404
    assert student.post(POSTS, {"topic_id": made["id"], "content": "Yana"}).status_code == 400
    refused = student.post(TOPICS, {"title": "Yana", "content": "Matn", "category_id": used})
    assert (refused.status_code, list(refused.json())) == (400, ["category_id"])
    with world.db.read() as tx:
        assert tx.all(select(ForumCategory.id, ForumCategory.deleted_at.is_(None))) == [(used, False)]


def test_an_author_changes_a_topic_but_does_not_pin_close_or_move_it(world: World) -> None:
    author, other = world.student(), world.student()
    made, elsewhere = topic(world, author, description="Avval"), category(world)
    path = f"{TOPICS}{made['id']}"
    wish = {"title": "Endi", "is_pinned": True, "is_closed": True, "category_id": elsewhere}
    assert other.put(path, wish).status_code == 403
    changed = author.put(path, wish).json()
    assert changed["updated_at"] >= made["updated_at"]
    assert changed | {"updated_at": None} == made | {"title": "Endi", "updated_at": None}
    assert author.put(path, {"description": None}).json()["description"] is None
    decided = world.teacher().put(path, wish).json()
    assert [decided[name] for name in wish] == list(wish.values())
    opened = world.teacher().put(path, {"is_pinned": None, "is_closed": False, "category_id": None}).json()
    assert [opened[name] for name in wish] == ["Endi", True, False, elsewhere]
    unknown = world.teacher().put(path, {"category_id": 10**9})
    assert (unknown.status_code, list(unknown.json())) == (400, ["category_id"])


def test_a_deleted_topic_is_gone_for_all(world: World) -> None:
    author, other, teacher = world.student(), world.student(), world.teacher()
    first, second = topic(world, author), topic(world, author)
    reply = say(other, first["id"])
    assert other.delete(f"{TOPICS}{first['id']}").status_code == 403
    shown = read(world, first["id"])
    gone = author.delete(f"{TOPICS}{first['id']}")
    assert (gone.status_code, gone.json()) == (200, shown)
    assert teacher.delete(f"{TOPICS}{second['id']}").status_code == 200
    for answer in (
        world.get(f"{TOPICS}{first['id']}"),
        author.put(f"{TOPICS}{first['id']}", {"title": "Yana"}),
        author.delete(f"{TOPICS}{first['id']}"),
        other.put(f"{POSTS}{reply['id']}", {"content": "Yana"}),
        other.delete(f"{POSTS}{reply['id']}"),
    ):
        assert answer.status_code == 404
    refused = other.post(POSTS, {"topic_id": first["id"], "content": "Yana"})
    assert (refused.status_code, list(refused.json())) == (400, ["topic_id"])
    assert world.get(TOPICS).json() == []
    with world.db.read() as tx:
        assert tx.all(select(AuditRecord.kind, AuditRecord.object_id, AuditRecord.actor_id)) == [("forum_topic", second["id"], teacher.id)]


def test_replies_hang_below_what_they_answer(world: World) -> None:
    author, other = world.student(), world.teacher()
    made = topic(world, author, content="1")
    first = made["posts"][0]["id"]
    second = say(other, made["id"], "1.1", first)
    say(author, made["id"], "2")
    say(author, made["id"], "1.1.1", second["id"])
    say(other, made["id"], "1.2", first)
    thread = read(world, made["id"])
    assert (shape(thread["posts"]), thread["posts_count"]) == ([["1", ["1.1", ["1.1.1"]], ["1.2"]], ["2"]], 5)
    assert (second["parent_id"], second["author_id"], second["replies"]) == (first, other.id, [])


def test_a_long_topic_is_read_in_parts(world: World) -> None:
    author = world.student()
    made = topic(world, author, content="1")
    first = made["posts"][0]["id"]
    for text in ("1.1", "1.2"):
        say(author, made["id"], text, first)
    last = say(author, made["id"], "2")["id"]
    say(author, made["id"], "2.1", last)
    assert shape(read(world, made["id"], "?limit=2")["posts"]) == [["1", ["1.1"]]]
    part = read(world, made["id"], "?skip=2")
    assert (shape(part["posts"]), part["posts"][0]["parent_id"], part["posts_count"]) == ([["1.2"], ["2", ["2.1"]]], first, 5)
    assert world.get(f"{TOPICS}{made['id']}?limit=-1").status_code == 400


def test_two_thousand_levels_are_neither_an_error_nor_deep(world: World) -> None:
    author = world.student()
    made = topic(world, author)
    last = made["posts"][0]["id"]
    for _ in range(rules.MAX_DEPTH + 3):
        reply = say(author, made["id"], "yana", last)
        last = reply["id"]
    with world.db.write() as tx:  # as many more beside it as a bot would send
        place = tx.first(select(ForumPost.parent_id, ForumPost.depth, ForumPost.created_at).where(ForumPost.id == last))
        row = {"topic_id": made["id"], "author_id": author.id, "content": "yana", "parent_id": place[0], "depth": place[1]}
        tx.execute(insert(ForumPost), [row | {"created_at": place[2]}] * 2_000)
        last = tx.scalar(select(func.max(ForumPost.id)))
    answered = say(author, made["id"], "oxirgi", last)
    assert answered["parent_id"] == place[0] != last
    thread = read(world, made["id"])
    depth, posts = 0, thread["posts"]
    while posts[0]["replies"]:
        depth, posts = depth + 1, posts[0]["replies"]
    assert (depth, thread["posts_count"]) == (rules.MAX_DEPTH, 2_000 + rules.MAX_DEPTH + 5)
    assert "oxirgi" in world.get(f"{TOPICS}{made['id']}?skip=2000").text


def test_the_database_refuses_cycles_other_topics_and_depths(world: World) -> None:
    author = world.student()
    made, other = topic(world, author), topic(world, author)
    first, elsewhere = made["posts"][0], other["posts"][0]["id"]
    row = {"topic_id": made["id"], "author_id": author.id, "content": "x", "created_at": first["created_at"]}
    for place in (
        {"id": 10**6, "parent_id": 10**6, "depth": 1},
        {"id": 10**6, "parent_id": 10**6 + 1, "depth": 1},
        {"parent_id": elsewhere, "depth": 1},
        {"parent_id": first["id"], "depth": rules.MAX_DEPTH + 1},
        {"parent_id": first["id"], "depth": 0},
        {"parent_id": None, "depth": 1},
    ):
        with pytest.raises(IntegrityError), world.db.write() as tx:
            tx.insert(ForumPost, **row | place | {"created_at": tx.now})


@pytest.mark.parametrize("parent", ["elsewhere", "nowhere", "deleted"])
def test_only_a_post_of_the_same_topic_is_answered(world: World, parent: str) -> None:
    author = world.student()
    made, other = topic(world, author), topic(world, author)
    deleted = say(author, made["id"])
    say(author, made["id"], "javob", deleted["id"])
    author.delete(f"{POSTS}{deleted['id']}")
    parent_id = {"elsewhere": other["posts"][0]["id"], "nowhere": 10**9, "deleted": deleted["id"]}[parent]
    before = read(world, made["id"])
    refused = author.post(POSTS, {"topic_id": made["id"], "content": "Men.", "parent_id": parent_id})
    assert (refused.status_code, list(refused.json())) == (400, ["parent_id"])
    assert read(world, made["id"]) == before


def test_an_edited_post_is_marked_and_one_sent_back_as_it_was_is_not(world: World) -> None:
    author, teacher = world.student(), world.teacher()
    made = topic(world, author)
    path = f"{POSTS}{made['posts'][0]['id']}"
    assert author.put(path, {"content": "Kim topshirgan?"}).json()["is_edited"] is False
    assert author.put(path, {}).json()["is_edited"] is False
    assert world.student().put(path, {"content": "Boshqa"}).status_code == 403
    edited = author.put(path, {"content": "Kim topshirmagan?", "topic_id": 10**9, "author_id": teacher.id}).json()
    assert (edited["content"], edited["is_edited"], edited["author_id"]) == ("Kim topshirmagan?", True, author.id)
    assert edited["updated_at"] == edited["edited_at"] >= edited["created_at"]
    assert teacher.put(path, {"content": "Tartib!"}).json()["content"] == "Tartib!"
    assert author.put(f"{POSTS}{10**9}", {"content": "Yoʻq"}).status_code == 404


def test_a_deleted_post_keeps_its_place_while_replies_hang_on_it(world: World) -> None:
    author, other = world.student(first_name="Jasur"), world.student()
    made = topic(world, author, content="1")
    first = made["posts"][0]["id"]
    reply = say(other, made["id"], "1.1", first)
    assert other.delete(f"{POSTS}{first}").status_code == 403
    gone = author.delete(f"{POSTS}{first}")
    assert (gone.status_code, gone.json()["content"], gone.json()["author_id"]) == (200, "1", author.id)
    (place,) = read(world, made["id"])["posts"]
    blank = {"content": None, "author": None, "author_id": None, "is_deleted": True, "is_edited": False}
    assert {name: place[name] for name in blank} == blank
    assert shape(place["replies"]) == [["1.1"]]
    for answer in (author.delete(f"{POSTS}{first}"), author.put(f"{POSTS}{first}", {"content": "Yana"})):
        assert answer.status_code == 404
    other.delete(f"{POSTS}{reply['id']}")
    assert shape(read(world, made["id"])["posts"]) == [[None]], "what nobody answered is gone"


def test_what_staff_delete_of_others_is_audited_with_its_text(world: World) -> None:
    author, teacher, admin = world.student(), world.teacher(), world.admin()
    made = topic(world, author)
    rude, own = say(author, made["id"], "Qoʻpol soʻz"), say(author, made["id"], "Oʻzim oʻchiraman")
    author.delete(f"{POSTS}{own['id']}")
    assert teacher.delete(f"{POSTS}{rude['id']}").status_code == 200
    (record,) = admin.get("/api/v1/admin/audit").json()
    assert (record["kind"], record["object_id"], record["actor_id"]) == ("forum_post", rude["id"], teacher.id)
    assert record["before"] == {"author_id": author.id, "content": "Qoʻpol soʻz"}


def test_a_closed_topic_is_for_staff_alone(world: World) -> None:
    author, teacher = world.student(), world.teacher()
    made = topic(world, author)
    path, post = f"{TOPICS}{made['id']}", f"{POSTS}{made['posts'][0]['id']}"
    assert teacher.put(path, {"is_closed": True}).json()["is_closed"] is True
    for refused in (
        author.post(POSTS, {"topic_id": made["id"], "content": "Yana"}),
        author.put(post, {"content": "Boshqa"}),
        author.put(path, {"title": "Boshqa"}),
    ):
        assert (refused.status_code, refused.json()) == (409, {"detail": "This topic is closed."})
    say(teacher, made["id"], "Mavzu yopildi.")
    assert teacher.put(post, {"content": "Tartib!"}).status_code == 200
    assert author.delete(post).status_code == 200, "one's own words can always be taken back"
    assert shape(read(world, made["id"])["posts"]) == [["Mavzu yopildi."]]
    assert author.delete(path).status_code == 200


def test_markup_is_text_to_us_and_stays_as_it_was_written(world: World) -> None:
    author = world.student(first_name="<img src=x onerror=alert(1)>")
    made = topic(world, author, title=HTML, content=HTML, description=HTML, category_id=category(world, name=HTML))
    shown = world.get(f"{TOPICS}{made['id']}")
    assert shown.headers["Content-Type"].startswith("application/json")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    thread = shown.json()
    assert {thread["title"], thread["description"], thread["category"]["name"], thread["posts"][0]["content"]} == {HTML}
    assert thread["author"]["full_name"] == "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("content", [None, "", " \n\t", "a" * 1_000_000, 5, {"a": 1}])
def test_what_is_no_post_is_refused_and_not_written(sqlite_world: World, content: Any) -> None:
    author = sqlite_world.student()
    made = topic(sqlite_world, author)
    for path, body in ((POSTS, {"topic_id": made["id"]}), (TOPICS, {"title": "T", "category_id": made["category_id"]})):
        refused = author.post(path, body | {"content": content})
        assert (refused.status_code, list(refused.json())) == (400, ["content"])
    assert author.put(f"{POSTS}{made['posts'][0]['id']}", {"content": content}).status_code == 400
    assert (read(sqlite_world, made["id"]), len(sqlite_world.get(TOPICS).json())) == (made, 1)


def test_nul_is_refused_however_it_comes(sqlite_world: World) -> None:
    author = sqlite_world.student()
    made = topic(sqlite_world, author)
    body = {"topic_id": made["id"], "content": "a\x00b"}
    assert author.post(POSTS, body).status_code == 400
    assert author.call("POST", POSTS, data=body).status_code == 400
    assert read(sqlite_world, made["id"]) == made


def test_ids_past_every_bound_are_not_found(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    for wrong in ("0", "-1", str(2**63), "9" * 30, "x", "٣"):
        for path in (TOPICS, POSTS, CATEGORIES):
            assert admin.delete(f"{path}{wrong}").status_code == 404
        assert sqlite_world.get(f"{TOPICS}{wrong}").status_code == 404
    for topic_id in (2**63, 0, -5, 1.5, "x", None):
        assert admin.post(POSTS, {"topic_id": topic_id, "content": "a"}).status_code == 400


def test_parallel_replies_all_stand_in_the_thread(world: World) -> None:
    made = topic(world, content="1")
    people = [world.student() for _ in range(6)]
    body = {"topic_id": made["id"], "content": "javob", "parent_id": made["posts"][0]["id"]}
    answers = at_once([lambda person=person: person.post(POSTS, body) for person in people])
    assert statuses(answers) == {201: 6}
    (thread,) = read(world, made["id"])["posts"]
    assert {reply["author_id"] for reply in thread["replies"]} == {person.id for person in people}


def test_a_post_deleted_while_it_is_answered_keeps_its_place_or_is_gone(world: World) -> None:
    author = world.student()
    made = topic(world, author)
    for _ in range(4):
        post = say(author, made["id"], "savol")
        reply, gone = at_once(
            [
                lambda post=post: author.post(POSTS, {"topic_id": made["id"], "content": "javob", "parent_id": post["id"]}),
                lambda post=post: author.delete(f"{POSTS}{post['id']}"),
            ]
        )
        assert gone.status_code == 200
        kept = [each for each in read(world, made["id"])["posts"] if each["id"] == post["id"]]
        if reply.status_code == 201:
            assert ([each["is_deleted"] for each in kept], shape(kept)) == ([True], [[None, ["javob"]]])
        else:
            assert (reply.status_code, kept) == (400, [])


def test_no_post_comes_after_a_topic_was_closed(world: World) -> None:
    teacher, author = world.teacher(), world.student()
    made = topic(world, author)
    body = {"topic_id": made["id"], "content": "ulgurdim"}
    calls = [lambda: author.post(POSTS, body) for _ in range(5)]
    answers = at_once([*calls, lambda: teacher.put(f"{TOPICS}{made['id']}", {"is_closed": True})])
    assert answers.pop().status_code == 200
    assert set(statuses(answers)) <= {201, 409}
    assert read(world, made["id"])["posts_count"] == 1 + statuses(answers)[201]
    assert author.post(POSTS, body).status_code == 409


def test_no_topic_stays_shown_of_a_category_deleted_meanwhile(world: World) -> None:
    admin, author = world.admin(), world.student()
    here = category(world)
    topic(world, author, category_id=here)
    body = {"title": "T", "content": "C", "category_id": here}
    at_once([*(lambda: author.post(TOPICS, body) for _ in range(4)), lambda: admin.delete(f"{CATEGORIES}{here}")])
    assert world.get(TOPICS).json() == []
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).where(ForumTopic.deleted_at.is_(None))) == 0


def own(person: Person) -> list[str]:
    return [each["content"] for each in person.get("/api/v1/feedback/").json()]


def test_feedback_is_its_authors_and_the_admins(world: World) -> None:
    student, other, teacher, admin = world.student(), world.student(), world.teacher(), world.admin()
    made = student.post("/api/v1/feedback/", {"content": "Zoʻr!", "rating": 5, "user_id": other.id})
    assert made.status_code == 201
    assert made.json() | {"id": 0, "created_at": "", "updated_at": ""} == {
        "id": 0,
        "user_id": student.id,
        "content": "Zoʻr!",
        "rating": 5,
        "created_at": "",
        "updated_at": "",
    }
    second = other.post("/api/v1/feedback/", {"content": "Sekin"}).json()
    assert second["rating"] is None
    assert [own(person) for person in (student, other, teacher, admin)] == [["Zoʻr!"], ["Sekin"], [], ["Zoʻr!", "Sekin"]]
    assert admin.get("/api/v1/feedback/?skip=1&limit=1").headers["X-Total-Count"] == "2"
    for person in (other, teacher):
        assert person.delete(f"/api/v1/feedback/{made.json()['id']}").status_code == 404
    gone = student.delete(f"/api/v1/feedback/{made.json()['id']}")
    assert (gone.status_code, gone.json()) == (200, made.json())
    assert student.delete(f"/api/v1/feedback/{made.json()['id']}").status_code == 404
    assert admin.delete(f"/api/v1/feedback/{second['id']}").status_code == 200
    assert own(admin) == []
