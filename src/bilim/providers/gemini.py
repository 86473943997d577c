"""Google Gemini, by Google's own SDK."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from bilim.providers.llm import Part
from bilim.tutor import rules
from bilim.tutor.protocols import LlmError, LlmMalformed, LlmRateLimited, LlmRefused, LlmUnavailable, Prompt

DECLINED = frozenset({"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"})
"""Why an answer ended, where the model would not go on."""
_RETRY_AFTER = 30


class Gemini:
    """Talks to Gemini; see `llm.Model`."""

    def __init__(self, key: str, base: str, model: str) -> None:
        self.name = model
        self._key = key
        self._base = base
        self._http: Any = None

    def open(self) -> Any:
        """The SDK's client."""
        from google import genai
        from google.genai import types

        from bilim.providers import llm_http

        self._http = llm_http.client()
        options = types.HttpOptions(base_url=self._base, httpx_async_client=self._http)
        return genai.Client(api_key=self._key, vertexai=False, http_options=options)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()

    async def answer(self, client: Any, prompt: Prompt, /) -> Part:
        """A whole answer."""
        return _part_of(await client.aio.models.generate_content(**self._asked(prompt)))

    async def parts(self, client: Any, prompt: Prompt, /) -> AsyncGenerator[Part]:
        """An answer in parts."""
        async with aclosing(await client.aio.models.generate_content_stream(**self._asked(prompt))) as chunks:
            async for chunk in chunks:
                yield _part_of(chunk)

    def _asked(self, prompt: Prompt) -> dict[str, Any]:
        system, turns = rules.as_messages(prompt)
        said = [{"role": "user" if turn.role == "user" else "model", "parts": [{"text": turn.text}]} for turn in turns]
        config: dict[str, Any] = {"system_instruction": system, "max_output_tokens": prompt.max_tokens}
        if self.name.startswith("gemini-2.5-flash"):
            config["thinking_config"] = {"thinking_budget": 0}  # thoughts would use up the tokens of the answer
        return {"model": self.name, "contents": said, "config": config}

    def error_of(self, error: Exception, /) -> LlmError:
        """What an exception of the SDK means."""
        from google.genai import errors

        from bilim.providers.llm_http import seconds_to_wait

        if isinstance(error, errors.APIError):
            if error.code == 429:
                wait = seconds_to_wait(getattr(error.response, "headers", None))
                return LlmRateLimited("ai_rate_limited", retry_after=wait or _RETRY_AFTER)
            return LlmUnavailable("ai_failed", retry_after=_RETRY_AFTER)
        if isinstance(error, ValueError | TypeError | AttributeError | LookupError):
            return LlmMalformed("ai_malformed", retry_after=_RETRY_AFTER)
        return LlmUnavailable("ai_failed", retry_after=_RETRY_AFTER)


def _part_of(answer: Any) -> Part:
    """What an answer says.

    Raises:
        LlmRefused: the model declines.
    """
    feedback = getattr(answer, "prompt_feedback", None)
    candidates = answer.candidates or []
    reason = getattr(candidates[0].finish_reason, "value", None) if candidates else None
    if (feedback is not None and feedback.block_reason) or reason in DECLINED:
        raise LlmRefused("ai_refused")
    said = candidates[0].content.parts if candidates and candidates[0].content else None
    usage = answer.usage_metadata
    return Part(
        text="".join(part.text for part in said or [] if part.text and not part.thought),
        model=answer.model_version,
        tokens_in=usage.prompt_token_count if usage else None,
        tokens_out=_tokens_out(usage) if usage else None,
        is_last=reason is not None,
    )


def _tokens_out(usage: Any) -> int | None:
    """What an answer took; thoughts are paid for as words are."""
    said, thought = usage.candidates_token_count, usage.thoughts_token_count
    return None if said is None else said + (thought or 0)
