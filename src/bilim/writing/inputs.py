"""What may be sent to get feedback."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta

from bilim.kit.inputs import Input, Omittable, Rule, value_or
from bilim.writing.rules import bounds

AnswerText = Annotated[str, Meta(min_length=1, max_length=bounds.MAX_TEXT, pattern=r"\S")]
Reference = Annotated[str, Meta(max_length=bounds.MAX_TEXT)]
Tag = Annotated[str, Meta(max_length=bounds.MAX_LANGUAGE, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*$")]
Part = Literal["all", "grammar", "vocabulary", "pronunciation", "fluency", "overall"]


class WrittenAnswerInput(Input, kw_only=True):
    """An answer that somebody wrote."""

    user_response: AnswerText
    reference_text: Omittable[Reference] = UNSET
    """What a good answer says."""
    context: Omittable[Annotated[dict[str, Any], Rule(bounds.context_problem)]] = UNSET
    """What the front end likes to add; nothing is computed from it."""
    feedback_types: Omittable[Annotated[list[Part], Meta(max_length=10)]] = UNSET
    """The parts that are wanted; the others are null. All, where it is left out or empty."""
    language: Omittable[Tag] = UNSET
    """In which the answer is written; English where it is left out."""
    feedback_language: Omittable[Literal["en", "uz", "ru"]] = UNSET
    """In which the feedback is; English where it is left out."""

    @property
    def reference(self) -> str | None:
        """The reference, unless it is blank."""
        return value_or(self.reference_text, "").strip() or None

    @property
    def written_language(self) -> str:
        """The language's tag."""
        return value_or(self.language, bounds.DEFAULT_LANGUAGE)
