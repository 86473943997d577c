"""Feedback on what a learner writes or says to the tutor, by rules alone: kept with the message, and told to the model as remarks."""

from bilim.kit.errors import Unavailable
from bilim.texts import Language
from bilim.writing.flows import Critic
from bilim.writing.shapes import FeedbackOut, Wanted

MOST_FLAGS = 30
"""Flags that are kept of one message: a conversation of long messages without a right word in them stays short enough to be read."""
_MOST_REMARKS = 5
_TOLD_IN: dict[str, Language] = {"uz": "uz", "ru": "ru"}


async def feedback_on(
    critic: Critic, said: str, language: str, reference: str | None = None, *, is_spoken: bool = False, seconds: float | None = None
) -> FeedbackOut | None:
    """Feedback on what was said, or None where too many others wait for theirs: the answer matters more.

    Args:
        language: in which the tutor answers. What was said is judged as English too where it is English.
        reference: what it should be like.
        seconds: how long a recording is.
    """
    try:
        return kept(await critic.feedback(said, reference, wanted(language), is_spoken=is_spoken, seconds=seconds))
    except Unavailable:
        return None


def wanted(language: str) -> Wanted:
    """What feedback is to say to somebody whom the tutor answers in a language."""
    return Wanted(language, told_in=_TOLD_IN.get(language, "en"), or_english=True)


def kept(feedback: FeedbackOut) -> FeedbackOut:
    """As much of feedback as is kept; its scores and numbers are of the whole message."""
    if feedback.grammar:
        del feedback.grammar.flags[MOST_FLAGS:]
        del feedback.grammar.corrections[MOST_FLAGS:]
    return feedback


def remarks_of(feedback: FeedbackOut | None) -> tuple[str, ...]:
    """What the model is told of it."""
    return tuple(feedback.grammar.corrections[:_MOST_REMARKS]) if feedback and feedback.grammar else ()
