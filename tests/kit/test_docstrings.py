"""The examples in docstrings are true."""

import doctest
from types import ModuleType

import pytest

from bilim.accounts import rules as accounts
from bilim.catalog import rules as catalog
from bilim.kit import clock, errors, money, paging, patch, text
from bilim.notify import rules as notify
from bilim.study import rules as study


@pytest.mark.parametrize("module", [accounts, catalog, clock, errors, money, notify, paging, patch, study, text], ids=lambda m: m.__name__)
def test_the_examples_in_docstrings_are_true(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
