"""Jobs that waited or ran when a backup was taken: what is written here alone is done again, what tells people is not."""

from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import select, update

from bilim.app.services import open_database
from bilim.catalog.inputs import IndexCourses
from bilim.cli import main
from bilim.db import outbox
from bilim.db.outbox_tables import DEAD, WAITING, JobRow
from bilim.kit.jobs import Job
from bilim.notify.inputs import SendMessage
from bilim.ops.backup import back_up, restore
from bilim.payments.inputs import WriteSale
from bilim.practice.inputs import WordsDue
from bilim.settings import Settings
from bilim.tutor.inputs import SweepTokens
from conftest import NOON, SetClock
from world import Unheard, World

DONE_AGAIN = {
    *("catalog.index", "click.confirm-dispute", "files.delete", "files.sweep", "homework.recording", "mock.close-sessions", "mock.remark"),
    *("notifications.sweep", "payments.reconcile", "payments.sweep", "payments.write-sale", "plans.sweep", "quiz.close-attempts"),
    *("rate-limits.forget", "recommendations.count", "rooms.sweep", "speech.sweep", "stripe.settle-charge", "tutor.sweep-tokens"),
}


def test_what_tells_people_or_moves_money_is_not_done_again(sqlite_world: World) -> None:
    """A kind that is not named here is given up: whoever adds one decides."""
    assert sqlite_world.app.state.services.handlers.kinds_after_restore == DONE_AGAIN


def enqueue(world: World, *jobs: Job) -> None:
    with world.db.write() as tx:
        tx.enqueue(*jobs, at=tx.now)


def states(settings: Settings) -> list[tuple[object, ...]]:
    """Kind, state, tries, and minutes until it is due of all jobs."""
    database = open_database(settings)
    with database.read() as tx:
        rows = tx.all(select(JobRow.kind, JobRow.state, JobRow.attempts, JobRow.due_at, JobRow.sent_at, JobRow.error).order_by(JobRow.id))
    database.close()
    assert all(row.sent_at is None for row in rows if row.state == WAITING), "the broker does not have it any more"
    return [(row.kind, row.state, row.attempts, (row.due_at - NOON) // timedelta(minutes=1)) for row in rows]


def test_each_job_waits_again_or_is_given_up(world: World, empty: Settings, tmp_path: Path, set_clock: SetClock) -> None:
    world.dead_job()
    enqueue(world, IndexCourses())
    with world.db.write() as tx:
        assert outbox.claim(tx, "default", {}), "it runs"
        tx.enqueue(SweepTokens(), Unheard(words="Salom"))
        tx.enqueue(WriteSale(1), SendMessage(2), at=NOON + timedelta(minutes=9))
        tx.execute(update(JobRow).values(sent_at=tx.now))
    back_up(world.app.state.services.settings, tmp_path / "backup.tar.gz")
    set_clock(NOON + timedelta(minutes=30))
    restored = restore(empty, tmp_path / "backup.tar.gz", world.app.state.services.handlers.kinds_after_restore)
    assert restored.waiting == {"catalog.index": 1, "payments.write-sale": 1, "tutor.sweep-tokens": 1}
    assert restored.given_up == {"telegram.message": 1, "tests.unheard": 1}
    assert states(empty) == [
        ("tests.unheard", DEAD, 1, 0),
        ("catalog.index", WAITING, 0, 30),
        ("tutor.sweep-tokens", WAITING, 0, 0),
        ("tests.unheard", DEAD, 0, 0),
        ("payments.write-sale", WAITING, 0, 9),
        ("telegram.message", DEAD, 0, 9),
    ]


def test_the_command_says_what_became_of_jobs(sqlite_world: World, tmp_path: Path) -> None:
    enqueue(sqlite_world, IndexCourses(), WordsDue(1, NOON.date()), SendMessage(1), SendMessage(2))
    archive, home = tmp_path / "backup.tar.gz", tmp_path / "new"
    back_up(sqlite_world.app.state.services.settings, archive)
    given = {"BILIM_HOME": str(home), "ENVIRONMENT": "test", "DATABASE_URL": f"sqlite:///{home / 'bilim.db'}"}
    home.mkdir()
    ended = CliRunner().invoke(main, ["restore", str(archive)], env=given)
    assert (ended.exit_code, ended.output.splitlines()[1:]) == (
        0,
        [
            "Jobs that wait again: 1 of catalog.index",
            "Jobs given up, to be looked through by GET /api/v1/admin/jobs?state=dead: 1 of practice.words-due, 2 of telegram.message",
        ],
    )
