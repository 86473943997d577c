"""The texts of the domain's error codes, one catalogue for each language.

The API answers with the texts of its documents, most of which are English; pages may choose any language. A code has the same parameters
in every catalogue, as `{name}` in its text.
"""

from collections.abc import Mapping
from typing import Any, Literal

from bilim.texts import documented, en, ru, uz, writing

Language = Literal["api", "en", "uz", "ru"]
"""`api`: the texts of the documents that front ends were written against."""

CATALOGUES: dict[Language, Mapping[str, str]] = {
    "api": en.TEXTS | writing.EN | documented.TEXTS,
    "en": en.TEXTS | writing.EN,
    "uz": uz.TEXTS | writing.UZ,
    "ru": ru.TEXTS | writing.RU,
}


def text(code: str, params: Mapping[str, Any], language: Language = "api") -> str:
    """A code's text with its parameters filled in."""
    template = CATALOGUES[language].get(code, code)
    return template.format_map(params) if params else template
