"""What goes to Telegram: what people wish, when they wish it, and once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bilim.accounts.models import User
from bilim.db.outbox_tables import JobRow
from bilim.jobs.handling import MAX_TRIES
from bilim.notifications.inputs import MakeDigests
from bilim.notifications.models import Notification, NotificationDigest
from bilim.notify.protocols import ChatRefused, NoAnswer, Refusal, TooManyRequests
from conftest import NOON
from notifications.school import ROOT, School, choose, lesson_added, told
from notify.post import Time
from world import World

WORDS = "“Ingliz tili” kursida yangi dars: {}"
SALOM = WORDS.format("Salomlashish")
NIGHT = {"from": "22:00", "until": "07:00"}
TASHKENT_NOON = NOON - timedelta(hours=5)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Noon in Tashkent."""
    made = Time(monkeypatch)
    made.now = TASHKENT_NOON
    return made


@pytest.fixture
def school(world: World, time: Time) -> School:
    return School(world, time)


@pytest.fixture
def sqlite_school(sqlite_world: World, time: Time) -> School:
    return School(sqlite_world, time)


def pushes(school: School) -> list[str | None]:
    with school.world.db.read() as tx:
        return tx.scalars(select(Notification.push).order_by(Notification.id))


def jobs_left(school: School) -> int:
    with school.world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(JobRow))


def test_only_those_who_wish_it_get_it_at_once(school: School) -> None:
    instant = school.learner(telegram="instant")
    off, digest, silent = school.learner(), school.learner(telegram="digest"), school.learner(telegram="instant", language="en")
    school.news()
    school.run()
    assert school.sent == [("101", SALOM), ("104", "New lesson in “Ingliz tili”: Salomlashish")]
    assert [len(told(person)) for person in (instant, off, digest, silent)] == [1, 1, 1, 1]
    assert (pushes(school), jobs_left(school)) == ([None, None, "digest", None], 0)


def test_somebody_without_telegram_is_told_in_the_application(school: School) -> None:
    person = school.learner(telegram="instant")
    with school.world.db.write() as tx:
        tx.execute(update(User).where(User.id == person.id).values(telegram_id=None))
    school.news()
    school.run()
    assert (school.sent, pushes(school), len(told(person))) == ([], [None], 1)


def test_a_text_in_quiet_hours_waits_for_their_end(school: School) -> None:
    school.learner(telegram="instant", quiet_hours=NIGHT)
    school.learner(telegram="instant")
    school.run(hours=11)  # 23:00
    school.news()
    school.run()
    assert [chat for chat, _ in school.sent] == ["102"]
    school.run(hours=7, minutes=59)
    assert len(school.sent) == 1
    school.run(minutes=1)  # 07:00
    assert school.sent[1:] == [("101", SALOM)]


def test_quiet_hours_chosen_meanwhile_count_too(sqlite_school: School) -> None:
    person = sqlite_school.learner(telegram="instant")
    sqlite_school.news()
    choose(person, quiet_hours={"from": "11:00", "until": "13:00"})
    sqlite_school.run()
    assert sqlite_school.sent == []
    sqlite_school.run(hours=1)
    assert sqlite_school.sent == [("101", SALOM)]


@pytest.mark.parametrize("change", ["read", "off", "closed", "unlinked"])
def test_what_is_not_wished_any_more_is_not_sent(sqlite_school: School, change: str) -> None:
    person = sqlite_school.learner(telegram="instant")
    sqlite_school.news()
    if change == "read":
        person.post(f"{ROOT}read-all")
    elif change == "off":
        choose(person, telegram="off")
    else:
        values = {"is_active": False} if change == "closed" else {"telegram_id": None}
        with sqlite_school.world.db.write() as tx:
            tx.execute(update(User).where(User.id == person.id).values(**values))
    sqlite_school.run()
    assert (sqlite_school.sent, pushes(sqlite_school), jobs_left(sqlite_school)) == ([], [None], 0)


def test_whoever_chose_digests_meanwhile_gets_it_in_one(sqlite_school: School) -> None:
    person = sqlite_school.learner(telegram="instant")
    sqlite_school.news()
    choose(person, telegram="digest")
    sqlite_school.run()
    assert (sqlite_school.sent, pushes(sqlite_school)) == ([], ["digest"])
    sqlite_school.digests(hours=8)
    assert len(sqlite_school.sent) == 1


def test_a_chat_that_refuses_ends_it(sqlite_world: World, time: Time) -> None:
    school = School(sqlite_world, time, ChatRefused(Refusal.BLOCKED, "Forbidden: bot was blocked by the user"))
    person = school.learner(telegram="instant")
    school.news()
    school.run()
    assert (school.sent, pushes(school), jobs_left(school), len(told(person))) == ([], [None], 0, 1)


def test_a_busy_service_is_waited_for(sqlite_world: World, time: Time) -> None:
    school = School(sqlite_world, time, TooManyRequests(60), NoAnswer("timeout"))
    school.learner(telegram="instant")
    school.news()
    school.run()
    school.run(seconds=59)
    assert school.sent == []
    school.run(seconds=2)
    school.run(seconds=30)
    assert school.sent == [("101", SALOM)]


def test_a_service_that_never_answers_is_given_up(sqlite_world: World, time: Time) -> None:
    school = School(sqlite_world, time, *[NoAnswer("timeout")] * MAX_TRIES)
    person = school.learner(telegram="instant")
    school.news()
    for _ in range(MAX_TRIES):
        school.run(hours=1)
    assert (school.sent, pushes(school), len(told(person))) == ([], [None], 1)


def test_old_news_is_not_sent_once_the_bot_works_again(sqlite_school: School) -> None:
    sqlite_school.learner(telegram="instant")
    sqlite_school.bot.is_configured = False
    sqlite_school.news("Eski")
    sqlite_school.run(hours=35)
    sqlite_school.news("Yangi")
    sqlite_school.run(hours=2)
    sqlite_school.bot.is_configured = True
    sqlite_school.run(minutes=1)
    assert sqlite_school.sent == [("101", WORDS.format("Yangi"))]
    assert jobs_left(sqlite_school) == 0


def test_told_twice_is_sent_once(school: School) -> None:
    school.learner(telegram="instant")
    lesson = school.news()
    lesson_added(school.world, lesson)
    school.run()
    lesson_added(school.world, lesson)
    school.run(minutes=1)
    assert school.sent == [("101", SALOM)]


def test_a_digest_comes_once_a_day_at_its_hour(school: School) -> None:
    school.learner(telegram="digest", digest_hour=19)
    for title in ("Bir", "Ikki"):
        school.news(title)
    school.digests(hours=6, minutes=59)
    assert school.sent == []
    school.digests(minutes=1)
    assert school.sent == [("101", f"Yangi xabarlar: 2 ta\n• {WORDS.format('Ikki')}\n• {WORDS.format('Bir')}")]
    school.news("Uch")
    for _ in range(3):
        school.digests(hours=1)
    assert len(school.sent) == 1, "what came later waits for tomorrow's"
    school.digests(hours=21)
    assert school.sent[1:] == [("101", f"Yangi xabarlar: 1 ta\n• {WORDS.format('Uch')}")]
    school.digests(hours=24)
    assert len(school.sent) == 2, "there is nothing to tell"


def test_a_digest_whose_hour_passed_while_nothing_ran_tells_what_came_before_it(school: School) -> None:
    school.learner(telegram="digest", digest_hour=13)
    school.news("Oldin")
    school.time.pass_by(3 * 3600)
    school.news("Keyin")
    school.digests()
    assert school.sent == [("101", f"Yangi xabarlar: 1 ta\n• {WORDS.format('Oldin')}")]


def test_who_read_everything_gets_no_digest(sqlite_school: School) -> None:
    reader, other = sqlite_school.learner(telegram="digest"), sqlite_school.learner(telegram="digest")
    late = sqlite_school.learner(telegram="digest")
    sqlite_school.news()
    reader.post(f"{ROOT}read-all")
    sqlite_school.time.pass_by(7 * 3600)
    with sqlite_school.world.db.write() as tx:
        tx.enqueue(MakeDigests())
    sqlite_school.world.run_jobs()
    late.post(f"{ROOT}read-all")
    sqlite_school.run()
    assert [chat for chat, _ in sqlite_school.sent] == ["102"]
    assert len(told(other)) == 1


@pytest.mark.parametrize("values", [{"telegram_id": None}, {"is_active": False}])
def test_no_digest_is_made_for_whom_telegram_does_not_reach(sqlite_school: School, values: dict[str, Any]) -> None:
    person = sqlite_school.learner(telegram="digest")
    sqlite_school.news()
    with sqlite_school.world.db.write() as tx:
        tx.execute(update(User).where(User.id == person.id).values(**values))
    sqlite_school.digests(hours=8)
    with sqlite_school.world.db.read() as tx:
        assert tx.all(select(NotificationDigest.id)) == []


def test_digests_turned_off_and_on_again_begin_anew(sqlite_school: School) -> None:
    person = sqlite_school.learner(telegram="digest")
    sqlite_school.news("Eski")
    choose(person, telegram="off")
    choose(person, telegram="digest")
    sqlite_school.news("Yangi")
    sqlite_school.digests(hours=8)
    assert sqlite_school.sent == [("101", f"Yangi xabarlar: 1 ta\n• {WORDS.format('Yangi')}")]


def test_digests_that_are_made_or_sent_twice_are_one(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    from bilim.notifications.actions import pushing
    from bilim.notifications.inputs import SendDigest

    monkeypatch.setattr(pushing, "BATCH", 2)
    for _ in range(5):
        school.learner(telegram="digest")
    school.news()
    school.digests(hours=8)
    assert sorted(chat for chat, _ in school.sent) == ["101", "102", "103", "104", "105"]
    with school.world.db.write() as tx:
        tx.enqueue(MakeDigests(), *(SendDigest(each) for each in tx.scalars(select(NotificationDigest.id))))
    school.run()
    assert len(school.sent) == 5
    assert set(pushes(school)) == {None}


def test_a_digest_that_could_not_be_sent_is_in_tomorrows(sqlite_school: School) -> None:
    sqlite_school.learner(telegram="digest")
    sqlite_school.news("Bugun")
    sqlite_school.bot.is_configured = False
    sqlite_school.digests(hours=7)
    sqlite_school.run(hours=21)
    sqlite_school.bot.is_configured = True
    sqlite_school.run(minutes=1)
    assert (sqlite_school.sent, jobs_left(sqlite_school)) == ([], 0)
    sqlite_school.digests(hours=3)
    assert sqlite_school.sent == [("101", f"Yangi xabarlar: 1 ta\n• {WORDS.format('Bugun')}")]
