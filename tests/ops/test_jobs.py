"""What admins and the figures see of jobs."""

from datetime import timedelta

from bilim.db import outbox
from conftest import NOON, SetClock
from jobs.telling import Count, Tell, enqueue
from world import World


def test_an_admin_sees_what_was_given_up_and_has_it_tried_anew(world: World, set_clock: SetClock) -> None:
    woken: list[set[str]] = []
    dead = world.dead_job()
    world.db.wake = woken.append
    enqueue(world.db, Tell())
    admin = world.admin()
    waiting, given_up = admin.get("/api/v1/admin/jobs/").json()
    assert given_up == {
        "id": dead,
        "queue": "default",
        "kind": "tests.unheard",
        "state": "dead",
        "attempts": 1,
        "due_at": "2026-11-20T17:00:30+05:00",
        "error": "No handler of this kind.",
        "created_at": "2026-11-20T17:00:00+05:00",
    }
    assert (waiting["id"], waiting["state"], waiting["attempts"], waiting["error"]) == (dead + 1, "waiting", 0, None)
    listed = {
        state: [each["id"] for each in admin.get(f"/api/v1/admin/jobs/?state={state}").json()] for state in ("waiting", "running", "dead")
    }
    assert listed == {"waiting": [dead + 1], "running": [], "dead": [dead]}
    assert [each["id"] for each in admin.get("/api/v1/admin/jobs/?skip=1&limit=1").json()] == [dead]
    refused = admin.get("/api/v1/admin/jobs/?state=done&limit=many")
    assert (refused.status_code, sorted(refused.json())) == (400, ["limit", "state"])

    woken.clear()
    again = admin.post(f"/api/v1/admin/jobs/{dead}/retry")
    assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (200, "waiting", 0)
    assert woken == [{"default"}]
    refused = admin.post(f"/api/v1/admin/jobs/{dead}/retry")
    assert (refused.status_code, refused.json()) == (409, {"detail": "Only a job that was given up can be tried anew."})
    assert admin.post(f"/api/v1/admin/jobs/{dead + 99}/retry").status_code == 404


def test_the_figures_tell_what_waits_and_how_long(world: World, set_clock: SetClock) -> None:
    world.dead_job()
    enqueue(world.db, Tell(), Tell())
    set_clock(NOON + timedelta(seconds=90))
    enqueue(world.db, Count(number=1))
    with world.db.write() as tx:
        claimed = outbox.claim(tx, "speech", {})
    assert claimed
    figures = world.admin().get("/api/v1/metrics").text.splitlines()
    assert [line for line in figures if line.startswith(("bilim_jobs{", "bilim_outbox"))] == [
        'bilim_jobs{queue="default",state="waiting"} 2.0',
        'bilim_jobs{queue="default",state="running"} 0.0',
        'bilim_jobs{queue="default",state="dead"} 1.0',
        'bilim_jobs{queue="messages",state="waiting"} 0.0',
        'bilim_jobs{queue="messages",state="running"} 0.0',
        'bilim_jobs{queue="messages",state="dead"} 0.0',
        'bilim_jobs{queue="money",state="waiting"} 0.0',
        'bilim_jobs{queue="money",state="running"} 0.0',
        'bilim_jobs{queue="money",state="dead"} 0.0',
        'bilim_jobs{queue="speech",state="waiting"} 0.0',
        'bilim_jobs{queue="speech",state="running"} 1.0',
        'bilim_jobs{queue="speech",state="dead"} 0.0',
        'bilim_outbox_age_seconds{queue="default"} 90.0',
        'bilim_outbox_age_seconds{queue="messages"} 0.0',
        'bilim_outbox_age_seconds{queue="money"} 0.0',
        'bilim_outbox_age_seconds{queue="speech"} 0.0',
    ]
