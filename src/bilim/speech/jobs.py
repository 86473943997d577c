"""Keeping what was read aloud within bounds."""

import logging
from datetime import timedelta
from typing import Any

from msgspec import Struct

from bilim.files.store import Store
from bilim.jobs.handling import Handler, Try
from bilim.kit import clock
from bilim.speech.inputs import SweepSpeech
from bilim.speech.rules import FOLDER, to_sweep

_log = logging.getLogger("bilim.speech")


class Keeping(Struct, frozen=True):
    """How long spoken texts are kept, and how much room they may take."""

    days: int
    mebibytes: int


def handlers(store: Store, keeping: Keeping) -> list[Handler[Any]]:
    """The handlers of the slice's jobs."""

    def sweep(_job: SweepSpeech, _try: Try) -> None:
        doomed = to_sweep(store.files_in(FOLDER), clock.now(), timedelta(days=keeping.days), keeping.mebibytes * 1024 * 1024)
        for name in doomed:
            store.delete(name)
        if doomed:
            _log.info("swept spoken texts", extra={"facts": {"files": len(doomed)}})

    return [Handler(SweepSpeech, sweep)]
