"""Requests at each bound and of each wrong type that the OpenAPI document states: up to 600 an operation."""

import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case

from contract.school import SCHEMA, School
from kit.repeatable import repeatable


@pytest.mark.soak
@SCHEMA.parametrize()
@settings(repeatable, max_examples=5, suppress_health_check=list(HealthCheck))
def test_a_superadmin_is_answered_as_documented_at_every_bound(school: School, case: Case) -> None:
    school.check(case, school.superadmin)
