"""Feedback that is computed on a thread of its own: it takes a few milliseconds of a core, and never more than its pool has threads."""

import uuid
from datetime import tzinfo

from msgspec.structs import replace

from bilim.http.pools import BoundedPool
from bilim.kit import clock
from bilim.writing.protocols import Lexicon
from bilim.writing.rules.report import is_surely_english, report
from bilim.writing.shapes import FeedbackOut, Wanted, feedback_out


class Critic:
    """Gives feedback on texts, by rules alone."""

    def __init__(self, lexicon: Lexicon, pool: BoundedPool, zone: tzinfo) -> None:
        self._lexicon = lexicon
        self._pool = pool
        self._zone = zone

    async def feedback(
        self, answer: str, reference: str | None, wanted: Wanted, *, is_spoken: bool = False, seconds: float | None = None
    ) -> FeedbackOut:
        """Feedback on an answer that was written, or said and written down.

        Args:
            answer: at most `bounds.MAX_TEXT` characters.
            reference: what a good answer says.
            seconds: how long it took to say it.

        Raises:
            Unavailable: too many others wait.
        """
        return await self._pool.run(self._look, answer, reference, wanted, is_spoken=is_spoken, seconds=seconds)

    def _look(self, answer: str, reference: str | None, wanted: Wanted, *, is_spoken: bool, seconds: float | None) -> FeedbackOut:
        return feedback_on(answer, reference, wanted, self._lexicon, self._zone, is_spoken=is_spoken, seconds=seconds)


def feedback_on(
    answer: str,
    reference: str | None,
    wanted: Wanted,
    lexicon: Lexicon,
    zone: tzinfo,
    *,
    is_spoken: bool = False,
    seconds: float | None = None,
) -> FeedbackOut:
    """The same at once, for whoever has a thread to spend."""
    is_english = wanted.language.lower().replace("_", "-").partition("-")[0] == "en"
    if not is_english and wanted.or_english and is_surely_english(answer, lexicon):
        is_english, wanted = True, replace(wanted, language="en")
    found = report(answer, reference, lexicon, is_english=is_english, is_spoken=is_spoken, seconds=seconds)
    return feedback_out(str(uuid.uuid4()), clock.now().astimezone(zone), answer, found, wanted)
