"""How property tests run here: the same examples every time, on every machine, however slow it is."""

from hypothesis import HealthCheck, settings

repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
