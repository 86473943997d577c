"""Fixtures of sockets: a Redis for the bus."""

import os

import pytest
from redis import Redis
from redis.exceptions import RedisError

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


@pytest.fixture(scope="module")
def redis_url() -> str:
    """A Redis that answers; nothing is kept in it."""
    try:
        Redis.from_url(REDIS, socket_connect_timeout=3).ping()
    except RedisError as error:
        if os.environ.get("REQUIRE_REDIS"):
            pytest.fail(f"Redis does not answer: {error}")
        pytest.skip("Redis does not answer at TEST_REDIS_URL")
    return REDIS
