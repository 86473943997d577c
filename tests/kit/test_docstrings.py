"""The examples in docstrings are true."""

import doctest
from types import ModuleType

import pytest

from bilim.accounts import rules as accounts
from bilim.community import rules as community
from bilim.content import rules as content
from bilim.engines.spoken import amounts, cyrillic, en, ru, ru_cardinals, ru_ordinals, uz
from bilim.exams import rules as exams
from bilim.files import kinds
from bilim.http import files
from bilim.interactive import rules as interactive
from bilim.kit import errors, money, text
from bilim.limits import rules as limits
from bilim.notifications import rules as notifications
from bilim.notify import rules as notify
from bilim.study import rules as study

SPOKEN = (amounts, cyrillic, en, ru, ru_cardinals, ru_ordinals, uz)


@pytest.mark.parametrize(
    "module",
    [accounts, community, content, errors, exams, files, kinds, limits, money, notifications, notify, study, text, interactive, *SPOKEN],
    ids=lambda m: m.__name__,
)
def test_the_examples_in_docstrings_are_true(module: ModuleType) -> None:
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0
