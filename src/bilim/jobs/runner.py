"""Runs the jobs of the outbox in threads of this process, one a queue, and the schedule in one more."""

import logging
from collections.abc import Callable
from functools import partial
from threading import Event as Signal
from threading import Thread

from bilim.db.engine import Database
from bilim.jobs.handling import Handlers
from bilim.jobs.leases import NO_ANSWER
from bilim.jobs.running import run_next, seconds_to_next, trace
from bilim.jobs.schedule import Schedule
from bilim.kit.jobs import QUEUES

_log = logging.getLogger("bilim.jobs")

CONNECTIONS = len(QUEUES) + 2
"""Database connections of a process that runs jobs: one a queue, one for the schedule or the broker, one that renews leases."""
_LONGEST_LOOK = 1.0
"""Seconds after which an idle runner polls: other processes enqueue too, and a wake-up may be lost."""
_OTHERS_CLAIM = 0.05
"""Seconds to wait where another process is taking the job that is due."""
_SCHEDULE = "schedule"


class Runner:
    """Threads that run jobs as they become due, one a queue: of each queue a killed process leaves at most one job in doubt."""

    def __init__(self, db: Database, handlers: Handlers, schedule: Schedule) -> None:
        self._db = db
        self._handlers = handlers
        self._stopping = Signal()
        steps: dict[str, Callable[[], float]] = {queue: partial(self._step, queue) for queue in handlers.queues}
        if schedule.entries:
            steps[_SCHEDULE] = partial(schedule.tick, db)
        self._wakes = {name: Signal() for name in steps}
        self._threads = [Thread(target=self._serve, args=(name, step), name=f"jobs-{name}", daemon=True) for name, step in steps.items()]

    def start(self) -> None:
        """Begin to run jobs."""
        _log.info("running jobs", extra={"facts": {"queues": self._handlers.queues}})
        for thread in self._threads:
            thread.start()

    def wake(self, queues: set[str]) -> None:
        """Look for due jobs in these queues now."""
        for queue in queues & self._wakes.keys():
            self._wakes[queue].set()

    def stop(self) -> None:
        """Wait for the running jobs and start no more."""
        self._stopping.set()
        self.wake(set(self._wakes))
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _serve(self, name: str, step: Callable[[], float]) -> None:
        """Run a thread's steps until `stop`; each returns the seconds to wait before the next."""
        wake, answers = self._wakes[name], True
        while True:
            wake.clear()  # before looking: what is enqueued from here on is looked for again
            if self._stopping.is_set():
                return
            try:
                seconds = step()
                if not answers:
                    _log.info("the database answers again", extra={"facts": {"queue": name}})
                answers = True
            except NO_ANSWER as error:
                if answers:
                    _log.warning("the database does not answer: %s", type(error).__qualname__, extra={"facts": {"queue": name}})
                answers, seconds = False, _LONGEST_LOOK
            except Exception as error:  # noqa: BLE001 - such as a handler that cannot give up: the queue's other jobs must run
                _log.error("job not settled", extra={"facts": {"queue": name, "traceback": trace(error)}})
                seconds = _LONGEST_LOOK
            if seconds:
                wake.wait(seconds)

    def _step(self, queue: str) -> float:
        """Run a job that is due; the seconds to wait before the next look."""
        seconds = seconds_to_next(self._db, self._handlers, queue)
        if seconds is None or seconds > 0:
            return _LONGEST_LOOK if seconds is None else min(seconds, _LONGEST_LOOK)
        return 0 if run_next(self._db, self._handlers, queue) else _OTHERS_CLAIM
