"""What may be said of texts to read; the slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import Meta

from bilim.kit.inputs import Input, Rule
from bilim.kit.jobs import Job
from bilim.speech import rules


class SpeakInput(Input, kw_only=True):
    """A text to read aloud."""

    text: Annotated[str, Meta(min_length=1, max_length=rules.MAX_CHARS, pattern=r"\S"), Rule(rules.unspeakable)]
    language: Annotated[str, Meta(max_length=rules.MAX_LANGUAGE)] | None = None
    """A tag such as `uz`, `ru-RU` or `en-us`; Uzbek by default, as the reference has it for every spoken answer."""

    @property
    def spoken_language(self) -> str:
        """The language to read in."""
        return rules.DEFAULT_LANGUAGE if self.language is None else self.language


class SweepSpeech(Job):
    """Delete texts that were read long ago, and the oldest ones where they take too much room."""

    kind: ClassVar[str] = "speech.sweep"
