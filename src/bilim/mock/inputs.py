"""Inputs about mock tests, with all their rules, and this slice's jobs."""

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from bilim.files.kinds import Audio, Pdf
from bilim.kit.errors import Invalid
from bilim.kit.fields import ShortText, Title
from bilim.kit.inputs import Input, Omittable, Rule, required
from bilim.kit.jobs import Job
from bilim.mock.rules.answers import MAX_QUESTIONS, MAX_WRITING, answers_problem, writing_problem
from bilim.mock.rules.bands import band_problem, conversion_problem
from bilim.mock.rules.keys import GivenKey, key_problem

Minutes = Annotated[int, Meta(ge=1, le=600)]
Questions = Annotated[int, Meta(ge=1, le=MAX_QUESTIONS)]
Band = Annotated[float, Meta(ge=0, le=9, extra_json_schema={"multipleOf": 0.5}), Rule(band_problem)]
Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_BY_QUESTION = {"propertyNames": {"pattern": "^[1-9][0-9]{0,2}$"}}
Answers = Annotated[dict[str, str], Meta(max_length=MAX_QUESTIONS, extra_json_schema=_BY_QUESTION), Rule(answers_problem)]
"""Texts by the question's number."""
Drafts = Annotated[dict[str, str | None], Meta(max_length=MAX_QUESTIONS, extra_json_schema=_BY_QUESTION), Rule(answers_problem)]
"""The same; null erases."""
WritingDrafts = Annotated[dict[str, str | None], Meta(extra_json_schema={"propertyNames": {"enum": ["1", "2"]}}), Rule(writing_problem)]
"""Texts by the number of the task; null erases."""
Scale = Annotated[list[tuple[int, float]], Meta(max_length=MAX_QUESTIONS + 1), Rule(conversion_problem)]
"""From how many right answers on which band is given, best first: `[[39, 9.0], [37, 8.5]]`."""
Comment = Annotated[str, Meta(max_length=10_000)]


class PaperInput(Input, kw_only=True):
    """A section with a paper."""

    file: Pdf
    duration: Minutes
    question_count: Questions


class ListeningInput(Input, kw_only=True):
    """The section with a recording."""

    audio_file: Audio
    question_file: Pdf
    duration: Minutes
    question_count: Questions


class MockTestInput(Input, kw_only=True):
    """A mock test with its three sections. In a form the fields of a section are `reading[file]` and so on."""

    title: Title
    reading: PaperInput
    writing: PaperInput
    listening: ListeningInput


class StartInput(Input, kw_only=True):
    """Which test to start, and the code that the teacher told."""

    test: UUID
    code: ShortText


class DraftInput(Input, kw_only=True):
    """Answers so far: any part of them. Question by question the higher sequence wins; null erases."""

    sequence: Sequence
    reading: Drafts | UnsetType = UNSET
    listening: Drafts | UnsetType = UNSET
    writing: WritingDrafts | UnsetType = UNSET


class AnswersInput(Input, kw_only=True):
    """The answers to a section, by the question's number."""

    session: UUID
    answers: Answers


class WritingInput(Input, kw_only=True):
    """The text for one task of writing."""

    session: UUID
    task_number: Annotated[int, Meta(ge=1, le=2)]
    text: Omittable[Annotated[str, Meta(max_length=MAX_WRITING)]] = UNSET


class CommentInput(Input, kw_only=True):
    """What a teacher says about a text; null or an empty text takes it away."""

    teacher_comment: Comment | None


class ScoreChanges(Input, kw_only=True):
    """Changes of the bands of a session: those left out stay."""

    listening: Band | UnsetType = UNSET
    reading: Band | UnsetType = UNSET
    writing: Band | UnsetType = UNSET
    speaking: Band | UnsetType = UNSET


@required("listening", "reading", "writing", "speaking")
class ScoreInput(ScoreChanges, kw_only=True):
    """The bands of a session."""

    session: UUID


class SectionKeyInput(Input, kw_only=True):
    """What is right in a section, and the scale by which right answers become a band.

    Without a scale the published one counts where the section has 40 questions, else none.
    """

    answers: Annotated[dict[str, GivenKey], Meta(min_length=1, max_length=MAX_QUESTIONS), Rule(key_problem)]
    conversion: Omittable[Scale] = UNSET
    conversion_source: Omittable[ShortText] = UNSET


class KeyInput(Input, kw_only=True):
    """The key of one section or of both; one that is left out stays."""

    reading: SectionKeyInput | UnsetType = UNSET
    listening: SectionKeyInput | UnsetType = UNSET

    def check_whole(self) -> None:
        """A key is given for something.

        Raises:
            Invalid: for nothing.
        """
        if self.reading is UNSET and self.listening is UNSET:
            raise Invalid(non_field_errors="no_key")


class CloseMockSessions(Job):
    """Close the sessions whose time is up."""

    kind: ClassVar[str] = "mock.close-sessions"
    runs_after_restore: ClassVar[bool] = True


class RemarkMockTest(Job):
    """Mark all results of a section again, after its key was changed."""

    kind: ClassVar[str] = "mock.remark"
    runs_after_restore: ClassVar[bool] = True

    key_id: int


class MockScored(Job):
    """A session got its bands."""

    kind: ClassVar[str] = "mock.session-scored"

    score_id: int
