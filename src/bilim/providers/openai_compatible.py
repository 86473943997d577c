"""Any server that speaks OpenAI's chat completions (vLLM, Ollama, llama.cpp and others), by OpenAI's own SDK."""

from collections.abc import AsyncGenerator
from typing import Any

from bilim.providers.llm import Part
from bilim.tutor import rules
from bilim.tutor.protocols import LlmError, LlmMalformed, LlmRateLimited, LlmRefused, LlmUnavailable, Prompt

_RETRY_AFTER = 30
_NO_KEY = "none"
"""Servers of one's own often need no key, but the SDK does."""


class OpenAiCompatible:
    """Talks to such a server; see `llm.Model`."""

    def __init__(self, key: str, base: str, model: str) -> None:
        self.name = model
        self._key = key
        self._base = base
        self._http: Any = None

    def open(self) -> Any:
        """The SDK's client."""
        from openai import AsyncOpenAI

        from bilim.providers import llm_http

        self._http = llm_http.client()
        return AsyncOpenAI(api_key=self._key or _NO_KEY, base_url=self._base, http_client=self._http, max_retries=0)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()

    async def answer(self, client: Any, prompt: Prompt, /) -> Part:
        """A whole answer."""
        answer = await client.chat.completions.create(**self._asked(prompt))
        choice = answer.choices[0]
        _require_willing(choice, choice.message)
        return _part_of(answer, choice)

    async def parts(self, client: Any, prompt: Prompt, /) -> AsyncGenerator[Part]:
        """An answer in parts."""
        asked = self._asked(prompt) | {"stream": True, "stream_options": {"include_usage": True}}
        async with await client.chat.completions.create(**asked) as chunks:
            async for chunk in chunks:
                choice = chunk.choices[0] if chunk.choices else None
                if choice is not None:
                    _require_willing(choice, choice.delta)
                yield _part_of(chunk, choice)

    def _asked(self, prompt: Prompt) -> dict[str, Any]:
        system, turns = rules.as_messages(prompt)
        said = [{"role": "system", "content": system}, *({"role": turn.role, "content": turn.text} for turn in turns)]
        return {"model": self.name, "messages": said, "max_tokens": prompt.max_tokens}

    def error_of(self, error: Exception, /) -> LlmError:
        """What an exception of the SDK means."""
        import openai

        from bilim.providers.llm_http import seconds_to_wait

        if isinstance(error, openai.RateLimitError):
            return LlmRateLimited("ai_rate_limited", retry_after=seconds_to_wait(error.response.headers) or _RETRY_AFTER)
        if isinstance(error, openai.APIResponseValidationError | ValueError | TypeError | AttributeError | LookupError):
            return LlmMalformed("ai_malformed", retry_after=_RETRY_AFTER)
        return LlmUnavailable("ai_failed", retry_after=_RETRY_AFTER)


def _require_willing(choice: Any, message: Any) -> None:
    """Check that the model answers.

    Raises:
        LlmRefused: it declines.
    """
    if choice.finish_reason == "content_filter" or getattr(message, "refusal", None):
        raise LlmRefused("ai_refused")


def _part_of(answer: Any, choice: Any) -> Part:
    """What an answer or a chunk says; the last chunk has no choice, but the usage."""
    usage = answer.usage
    said = None if choice is None else getattr(choice, "message", None) or choice.delta
    text = getattr(said, "content", None)
    return Part(
        text=text if isinstance(text, str) else "",
        model=answer.model,
        tokens_in=usage.prompt_tokens if usage else None,
        tokens_out=usage.completion_tokens if usage else None,
        is_last=choice is not None and bool(choice.finish_reason),
    )
