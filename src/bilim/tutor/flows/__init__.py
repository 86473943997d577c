"""Asking a model: counted before, settled after, and nothing held between.

    reply = await converse(units, actor, llm, prompt)

    async with aclosing(converse_in_pieces(units, actor, llm, prompt)) as pieces:
        async for piece in pieces:
            ...

Slices above ask through these two. Whoever keeps something with the answer uses `paid` and settles in a transaction of their own.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.limits.rules import Limit
from bilim.tutor import rules
from bilim.tutor.actions import tokens
from bilim.tutor.actions.tokens import Reserved
from bilim.tutor.protocols import Llm, Piece, Prompt, Reply

T = TypeVar("T")

Keep = Callable[[str, int, int], Awaitable[object]]
"""Keeps the part of an answer that came, and settles it: its text, and the tokens that were sent and came."""


async def converse(units: Units, actor: Actor, llm: Llm, prompt: Prompt, limit: Limit | None = rules.ASKING) -> Reply:
    """A model's answer. One of `gpt4o_requests` and the tokens it took are counted; nothing is where the model fails.

    A caller that is cancelled, since its client left, has asked all the same: that is counted.

    Args:
        limit: how often the actor may ask; None where the caller counted already.

    Raises:
        LlmNotConfigured: there is no model; nothing was written.
        RateLimited, Forbidden, Unavailable: see `tokens.reserve`.
        LlmError: the model failed; what was reserved is given back.
    """
    llm.require()
    reserved = await units.write(tokens.reserve, actor, rules.cost_of(prompt), limit)
    async with paid(units, reserved, prompt) as heard:
        reply = await llm.reply(prompt)
        await heard.settle(units.write(tokens.settle, reserved, reply.tokens_in, reply.tokens_out))
    return reply


async def converse_in_pieces(
    units: Units, actor: Actor, llm: Llm, prompt: Prompt, limit: Limit | None = rules.ASKING
) -> AsyncGenerator[Piece]:
    """The same in pieces, as they come; the last one has the whole reply. What came is counted, also where nobody reads on.

    Close it (`contextlib.aclosing`) where it may be left before its end.

    Raises:
        LlmError: see `converse`; where some pieces came before, they are counted.
    """
    llm.require()
    reserved = await units.write(tokens.reserve, actor, rules.cost_of(prompt), limit)
    async with paid(units, reserved, prompt) as heard, aclosing(heard.listen(llm.stream(prompt))) as pieces:
        async for piece in pieces:
            if piece.reply is not None:
                await heard.settle(units.write(tokens.settle, reserved, piece.reply.tokens_in, piece.reply.tokens_out))
            yield piece


class Heard:
    """What came of an answer so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.is_settled = False

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self.pieces)

    async def listen(self, stream: AsyncGenerator[Piece]) -> AsyncGenerator[Piece]:
        """Pass pieces on and remember them."""
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                self.pieces.append(piece.text)
                yield piece

    async def settle(self, settling: Awaitable[T]) -> T:
        """Settle the whole answer, to the end even where the caller is cancelled meanwhile."""
        self.is_settled = True
        return await asyncio.shield(settling)


@asynccontextmanager
async def paid(units: Units, reserved: Reserved, prompt: Prompt, keep: Keep | None = None) -> AsyncGenerator[Heard]:
    """Decide about a reservation where what it was for does not end well.

    A model that fails before it says anything costs nothing. One that was asked and left, or that stops in the middle, costs what was
    sent and what came.

    Args:
        keep: what to do with the part that came, where there is one; it is settled alone otherwise.
    """
    heard = Heard()
    try:
        yield heard
    except BaseException as error:
        if heard.is_settled:
            raise
        if isinstance(error, Exception) and not heard.text:
            await asyncio.shield(units.write(tokens.give_back, reserved))
            raise
        tokens_in, tokens_out = rules.prompt_tokens(prompt), rules.tokens_of(heard.text)
        if keep is not None and heard.text:
            await asyncio.shield(keep(heard.text, tokens_in, tokens_out))
        else:
            await asyncio.shield(units.write(tokens.settle, reserved, tokens_in, tokens_out))
        raise
