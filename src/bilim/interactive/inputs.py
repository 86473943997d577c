"""What interactive lessons are made of, and what is said in them. A field that is left out changes nothing."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from bilim.catalog.inputs import Tags
from bilim.files.kinds import StagedFile
from bilim.interactive.rules import bounds
from bilim.interactive.rules.content import content_problem
from bilim.kit.errors import Invalid
from bilim.kit.fields import Count, Id, Level, Text, Title, Url
from bilim.kit.inputs import Input, Omittable, Rule, required, value_or
from bilim.speech.inputs import Language, Recording, RecordingInput
from bilim.writing.inputs import Reference

Content = Annotated[dict[str, Any], Rule(content_problem)]
"""Any object of JSON; what its parts mean is between its author and the front end."""


class InteractiveLessonChanges(Input, kw_only=True):
    """Changes of an interactive lesson."""

    title: Title | UnsetType = UNSET
    position: Count | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    video_url: Omittable[Url] = UNSET
    difficulty: Omittable[Level] = UNSET
    is_premium: Omittable[bool] = UNSET
    is_active: Omittable[bool] = UNSET
    content: Omittable[Content] = UNSET
    tags: Omittable[Tags] = UNSET
    estimated_duration: Omittable[Count] = UNSET
    """Minutes."""
    course_id: Omittable[Id] = UNSET
    avatar_id: Id | UnsetType = UNSET


@required("title", "position", "avatar_id")
class InteractiveLessonInput(InteractiveLessonChanges, kw_only=True):
    """A new interactive lesson, of a course or on its own."""


class StartLessonInput(Input, kw_only=True):
    """A conversation to begin: of a lesson, or about a topic of the learner's own."""

    lesson_type: Annotated[str, Meta(min_length=1, max_length=50, pattern=r"\S")]
    """A word of the front end's, such as `conversation`."""
    topic: Omittable[Annotated[str, Meta(max_length=255)]] = UNSET
    difficulty: Omittable[Level] = UNSET
    """The lesson's own, where it is left out."""
    avatar_type: Omittable[Annotated[str, Meta(max_length=50)]] = UNSET
    """An avatar by its name; the lesson's own, where it is left out."""
    lesson_id: Omittable[Id] = UNSET
    """The interactive lesson to take, whose script and goals the avatar then follows."""


Message = Annotated[str, Meta(min_length=1, max_length=bounds.MAX_MESSAGE, pattern=r"\S")]


class LessonMessageInput(Input, kw_only=True):
    """Something said in a session, in writing."""

    session_id: Id
    message: Message
    message_type: Omittable[Literal["text", "voice", "audio"]] = UNSET
    """With `voice` or `audio` the answer is read aloud."""

    @property
    def speaks(self) -> bool:
        """Whether the answer is read aloud."""
        return self.message_type in {"voice", "audio"}


class AudioMessageInput(RecordingInput, kw_only=True):
    """Something said in a session, aloud."""

    session_id: Id

    @property
    def documented(self) -> str:
        """The field's name in the documents."""
        return "audio_file"


class InteractionInput(Input, kw_only=True):
    """Something said in a session: written or, where there is a recording, aloud."""

    user_input: Omittable[Annotated[str, Meta(max_length=bounds.MAX_MESSAGE)]] = UNSET
    audio_file: Omittable[Recording] = UNSET

    def check_whole(self) -> None:
        """There is one of the two.

        Raises:
            Invalid: there is neither.
        """
        if not isinstance(self.audio_file, StagedFile) and not value_or(self.user_input, "").strip():
            raise Invalid(user_input="required")


class VoiceInput(RecordingInput, kw_only=True):
    """Something said aloud, to be answered aloud."""

    language: Omittable[Language] = UNSET
    """To answer in, such as `uz` or `en-US`; Uzbek, as the reference has it, where it is left out."""
    spoken_language: Omittable[Language] = UNSET
    """In which it was said. Left out: whichever it is, and English where only that is recognised."""
    reference_text: Omittable[Reference] = UNSET
    """What a good answer says."""
