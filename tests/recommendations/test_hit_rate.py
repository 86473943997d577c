"""Recommendations find what learners do next far oftener than "most popular" does."""

from pathlib import Path
from random import Random

import pytest
from bench import recommendations as bench

from bilim.db.engine import Database
from bilim.db.migrate import upgrade
from bilim.settings import load


@pytest.fixture
def rates(tmp_path: Path) -> bench.Rates:
    url = f"sqlite:///{tmp_path / 'bilim.db'}"
    upgrade(url)
    db = Database(url, load().zone, 2)
    try:
        return bench.evaluate(db, bench.histories(Random(1), 400), 60)  # noqa: S311 - no secret
    finally:
        db.close()


def test_recommendations_beat_what_is_most_popular(rates: bench.Rates) -> None:
    assert rates.popular < 0.1
    assert min(rates.recommended.values()) > 0.4, rates
