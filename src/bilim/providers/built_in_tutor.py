"""A tutor without a language model: it answers from the school's own words and lessons, and says that it does (`DISABLE_GEMINI=1`)."""

from collections.abc import AsyncGenerator

from bilim.texts import Language, text
from bilim.tutor import rules
from bilim.tutor.protocols import Material, Piece, Prompt, Reply

NAME = "built-in"
_LANGUAGES: dict[str, Language] = {"uz": "uz", "en": "en", "ru": "ru"}


class BuiltInTutor:
    """Puts a prompt's material into words; see `tutor.protocols.Llm`."""

    def require(self) -> None:
        """It is always there."""

    async def reply(self, prompt: Prompt, /) -> Reply:
        """Answer at once."""
        said = answer(prompt.material, _LANGUAGES.get(prompt.language, "en"))
        tokens_in, tokens_out = rules.prompt_tokens(prompt), rules.tokens_of(said)
        return Reply(text=said, model=NAME, tokens_in=tokens_in, tokens_out=tokens_out, is_estimated=True)

    async def stream(self, prompt: Prompt, /) -> AsyncGenerator[Piece]:
        """Answer line by line."""
        reply = await self.reply(prompt)
        for line in reply.text.splitlines(keepends=True):
            yield Piece(line)
        yield Piece("", reply)


def answer(material: Material, language: Language) -> str:
    """What the school knows, in a language of the catalogue of texts."""
    parts: list[str] = []
    if material.remarks:
        parts.append("\n".join([text("tutor_remarks", {}, language), *(f"- {remark}" for remark in material.remarks)]))
    if material.words:
        lines = [
            f"- {word.word}" + (f" {word.ipa}" if word.ipa else "") + f" — {word.translation} ({word.lesson})" for word in material.words
        ]
        parts.append("\n".join([text("tutor_words", {}, language), *lines]))
    parts += [text("tutor_passage", {"lesson": passage.lesson, "text": passage.text}, language) for passage in material.passages]
    if not material.words and not material.passages:
        code = "tutor_nothing_in_lesson" if material.lesson else "tutor_nothing"
        parts.append(text(code, {"lesson": material.lesson}, language))
    return rules.clean("\n\n".join([*parts, text("tutor_built_in", {}, language)]))
