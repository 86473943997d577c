"""What the tutor needs of a language model, whoever runs it.

    prompt = Prompt(rules=RULES, turns=(Turn("user", "What does *although* mean?"),), max_tokens=400, language="uz")
    reply = await flows.converse(units, actor, llm, prompt)    # counted, and given back where the model fails
    reply.text

Who writes which part of a prompt matters: `rules` are this program's own words and never hold anything that a person typed; `turns` and
`material` are data, which providers send between marks that nobody can guess (`rules.as_messages`).
"""

from collections.abc import AsyncGenerator
from typing import Literal, Protocol

from msgspec import Struct

from bilim.kit.errors import BadRequest, DomainError, Unavailable


class Turn(Struct, frozen=True):
    """Something that was said in a conversation."""

    role: Literal["user", "assistant"]
    text: str


class KnownWord(Struct, frozen=True):
    """A word of the catalogue that belongs to what was asked."""

    word: str
    translation: str
    ipa: str | None
    lesson: str
    """The title of the lesson that teaches it."""


class Passage(Struct, frozen=True):
    """A part of a lesson that belongs to what was asked."""

    lesson: str
    """The lesson's title."""
    text: str


class Material(Struct, frozen=True):
    """What the school itself knows about a question: open to the learner who asks."""

    words: tuple[KnownWord, ...] = ()
    passages: tuple[Passage, ...] = ()
    lesson: str | None = None
    """The title of the lesson that is talked about."""
    remarks: tuple[str, ...] = ()
    """What rules alone found in the learner's text, in whole sentences."""


class Prompt(Struct, frozen=True, kw_only=True):
    """What a model is asked."""

    rules: str
    """How to answer: words of this program alone."""
    turns: tuple[Turn, ...]
    """The conversation, oldest first; the last turn is the learner's."""
    max_tokens: int
    """The longest answer."""
    language: str
    """The code of the language to answer in, such as `uz`."""
    material: Material = Material()


class Reply(Struct, frozen=True, kw_only=True):
    """What a model answered. Its text is somebody else's: plain, without control characters, of bounded length, and never HTML of ours."""

    text: str
    model: str
    """Who answered, such as `gemini-2.5-flash`, or `built-in`."""
    tokens_in: int
    tokens_out: int
    is_estimated: bool = False
    """Whether the tokens were counted here, since the provider did not say."""


class Piece(Struct, frozen=True):
    """A part of a streamed answer. The last one has no text, and the whole reply."""

    text: str
    reply: Reply | None = None


class LlmError(DomainError):
    """The model did not answer. Whoever has another answer catches this; else it becomes a 503, or a 400 where it would not."""


class LlmNotConfigured(LlmError, Unavailable):
    """There is no model: the documented 503."""


class LlmUnavailable(LlmError, Unavailable):
    """It cannot be reached, takes too long, fails, or has too many calls at once; or it failed a moment ago and is left alone."""


class LlmRateLimited(LlmError, Unavailable):
    """The provider wants fewer calls; `retry_after` is what it said."""


class LlmMalformed(LlmError, Unavailable):
    """It answered nothing, or what is no answer of a model."""


class LlmRefused(LlmError, BadRequest):
    """It declines to answer this, such as for reasons of safety."""


class Llm(Protocol):
    """A language model. One object serves a whole process, from its event loop."""

    def require(self) -> None:
        """Check that there is a model, before anything is counted.

        Raises:
            LlmNotConfigured: there is none.
        """
        ...

    async def reply(self, prompt: Prompt, /) -> Reply:
        """Answer at once. It ends within the provider's time limit; cancelling it closes the connection.

        Raises:
            LlmError: one of its kinds.
        """
        ...

    def stream(self, prompt: Prompt, /) -> AsyncGenerator[Piece]:
        """Answer in pieces, as they come. Closing the generator closes the connection.

        Raises:
            LlmError: one of its kinds, before the first piece or between two.
        """
        ...
