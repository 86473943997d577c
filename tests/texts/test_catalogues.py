"""Every code has words in every language, with the same parameters; and every code that the program raises is a code."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import bilim
from bilim.kit import errors
from bilim.texts import CATALOGUES, documented, en, ru, text, uz, writing

SOURCES = Path(bilim.__file__).parent
RAISING = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, errors.DomainError)} | {"Problem"}
WORDS = re.compile(r"[A-Z ]|^$")


def parameters(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("catalogue", [uz.TEXTS, ru.TEXTS], ids=["uz", "ru"])
def test_every_language_says_everything(catalogue: dict[str, str]) -> None:
    assert catalogue.keys() == en.TEXTS.keys()
    assert {code for code in catalogue if parameters(catalogue[code]) != parameters(en.TEXTS[code])} == set()


@pytest.mark.parametrize("catalogue", [writing.UZ, writing.RU], ids=["uz", "ru"])
def test_every_language_gives_feedback_on_texts(catalogue: dict[str, str]) -> None:
    assert catalogue.keys() == writing.EN.keys()
    assert {code for code in catalogue if parameters(catalogue[code]) != parameters(writing.EN[code])} == set()


def test_documented_texts_replace_some_of_the_others() -> None:
    assert documented.TEXTS.keys() <= en.TEXTS.keys()
    assert text("rate_limited", {}) == "Juda ko‘p so‘rov. Birozdan keyin qayta urinib ko‘ring."
    assert text("no_lesson_today", {"days": "Mon,Wed,Fri"}) == "Bugun guruhning dars kuni emas. (Mon,Wed,Fri)"
    assert text("no_lesson_today", {"days": "Mon"}, "ru") == "Сегодня у группы нет урока. (Mon)"


def test_uzbek_has_one_kind_of_apostrophe() -> None:
    assert [code for code, words in CATALOGUES["uz"].items() if re.search(r"[oOgG][‘'`’ʼ]", words)] == []


def raised_codes() -> set[tuple[str, str]]:
    """The codes written in calls of the domain's errors, with the files they stand in."""
    found: set[tuple[str, str]] = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISING:
                written = [*node.args[:1], *([each.value for each in node.keywords] if node.func.id == "Invalid" else [])]
                found |= {(each.value, path.name) for each in written if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found


def test_every_code_that_is_raised_has_a_text() -> None:
    used = raised_codes()
    assert len(used) > 30, "the search finds what it is for"
    assert {(code, place) for code, place in used if code and code not in CATALOGUES["api"]} == set()
