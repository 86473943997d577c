"""The examples in docstrings are true, in every module that has some."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import bilim

SOURCES = Path(bilim.__file__).parents[1]
MODULES = sorted(
    ".".join(file.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")
    for file in SOURCES.rglob("*.py")
    if ">>> " in file.read_text("utf8")
)


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_docstrings_are_true(module: str) -> None:
    tried = doctest.testmod(import_module(module))
    assert tried.attempted > 0
    assert tried.failed == 0
