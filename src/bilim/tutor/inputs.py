"""What may be said to the tutor, and about what it costs; the slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.files.kinds import StagedFile
from bilim.kit.errors import Invalid
from bilim.kit.fields import Id
from bilim.kit.inputs import Input, Omittable, value_or
from bilim.kit.jobs import Job
from bilim.speech.inputs import Recording
from bilim.speech.rules import MAX_LANGUAGE, MAX_TEXT
from bilim.tutor import rules

Ceiling = Annotated[int, Meta(ge=0, le=rules.MAX_CEILING)]
Question = Annotated[str, Meta(min_length=1, max_length=rules.MAX_PROMPT, pattern=r"\S")]


class AskInput(Input, kw_only=True):
    """A question, about a lesson or about anything."""

    prompt: Question
    lesson_id: Omittable[Id] = UNSET


class SessionInput(Input, kw_only=True):
    """A conversation to begin."""

    title: Annotated[str, Meta(max_length=255)] = "AI Session"
    lesson_id: int | None = None


class SessionChanges(Input, kw_only=True):
    """Changes of a conversation: what is left out, null or empty stays."""

    title: Omittable[Annotated[str, Meta(max_length=255)]] = UNSET
    status: Omittable[Annotated[str, Meta(max_length=50)]] = UNSET


class AiMessageInput(Input, kw_only=True):
    """Something said in a conversation, as text or as a recording; the text counts where both are sent."""

    text: Omittable[Annotated[str, Meta(max_length=rules.MAX_PROMPT)]] = UNSET
    audio_file: Omittable[Recording] = UNSET
    speak: bool | UnsetType = UNSET
    """Whether the answer is read aloud too."""
    language: Omittable[Annotated[str, Meta(max_length=MAX_LANGUAGE)]] = UNSET
    """Of the answer, and of the recording; Uzbek by default."""
    reference_text: Omittable[Annotated[str, Meta(max_length=MAX_TEXT)]] = UNSET
    """What the message should be like."""

    def check_whole(self) -> None:
        """There is something said.

        Raises:
            Invalid: neither a text nor a recording.
        """
        if self.recording is None and not value_or(self.text, "").strip():
            raise Invalid(text="blank_message")

    @property
    def recording(self) -> StagedFile | None:
        """The recording, where there is one."""
        return self.audio_file if isinstance(self.audio_file, StagedFile) else None


class CeilingsInput(Input, kw_only=True):
    """How many tokens may be used a day, by one person and by all together; null for any number."""

    person_daily: Ceiling | None
    school_daily: Ceiling | None


class SweepTokens(Job):
    """Give back the tokens that processes reserved and never settled, since they were killed."""

    kind: ClassVar[str] = "tutor.sweep-tokens"
    runs_after_restore: ClassVar[bool] = True
