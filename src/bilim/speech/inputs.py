"""What may be said of texts to read and of recordings; the slice's jobs."""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta

from bilim.files.kinds import StagedFile
from bilim.kit.errors import Invalid
from bilim.kit.fields import Id, Level
from bilim.kit.inputs import Input, Omittable, Rule, required, value_or
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
    runs_after_restore: ClassVar[bool] = True


Recording = Annotated[StagedFile, Rule(rules.recording_problem)]
"""Speech, of any name: browsers send what they recorded as `blob`. What it is shows when it is decoded."""
ReadText = Annotated[str, Meta(min_length=1, max_length=rules.MAX_TEXT, pattern=r"\S")]
Language = Annotated[str, Meta(max_length=rules.MAX_LANGUAGE)]
Contrasts = Annotated[list[Annotated[str, Meta(max_length=32)]], Meta(max_length=len(rules.CONTRASTS)), Rule(rules.contrasts_problem)]
"""Names of the sounds to listen for."""


class RecordingInput(Input, kw_only=True):
    """A recording, by either name of its field (CONTRACT section 2)."""

    file: Omittable[Recording] = UNSET
    audio_file: Omittable[Recording] = UNSET

    def check_whole(self) -> None:
        """There is a recording.

        Raises:
            Invalid: neither field has one.
        """
        if not isinstance(self.file, StagedFile) and not isinstance(self.audio_file, StagedFile):
            raise Invalid(**{self.documented: "required"})

    @property
    def documented(self) -> str:
        """The field's name in the documents."""
        return "file"

    @property
    def recording(self) -> StagedFile:
        """The recording, whichever field it came in."""
        found: Any = self.file if isinstance(self.file, StagedFile) else self.audio_file
        return found


class TranscribeInput(RecordingInput, kw_only=True):
    """A recording to write down."""

    language: Omittable[Language] = UNSET
    """A tag such as `uz` or `en-US`. Left out: whichever it is, and English where only that is recognised."""


class AssessInput(RecordingInput, kw_only=True):
    """A recording of somebody reading an English text."""

    reference_text: ReadText
    contrasts: Omittable[Contrasts] = UNSET


class AssessLessonInput(RecordingInput, kw_only=True):
    """The same under the names of interactive lessons."""

    expected_text: ReadText
    contrasts: Omittable[Contrasts] = UNSET

    @property
    def documented(self) -> str:
        """The field's name in the documents."""
        return "audio_file"


class AnalyzeInput(RecordingInput, kw_only=True):
    """A recording of a phrase, or of any other text, in a session of practice or by itself."""

    phrase_id: Omittable[Id] = UNSET
    reference_text: Omittable[ReadText] = UNSET
    session_id: Omittable[Id] = UNSET

    def check_whole(self) -> None:
        """There is a recording, and it is known what was read.

        Raises:
            Invalid: naming what is missing.
        """
        super().check_whole()
        if value_or(self.phrase_id, None) is None and value_or(self.reference_text, None) is None:
            raise Invalid(phrase_id="required")


class PhraseChanges(Input, kw_only=True):
    """Changes of a phrase: what is left out stays; null clears the level."""

    text: Omittable[ReadText] = UNSET
    level: Omittable[Level] = UNSET
    contrasts: Omittable[Contrasts] = UNSET


@required("text")
class PhraseInput(PhraseChanges):
    """An English phrase to read aloud."""
