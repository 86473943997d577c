"""The long runs: requests at each bound and of each wrong type that the OpenAPI document states (up to 600 each), and many at random."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case

from contract.school import SCHEMA, School
from kit.repeatable import repeatable

long = settings(repeatable, max_examples=150, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))


@pytest.mark.soak
@SCHEMA.parametrize()
@settings(repeatable, max_examples=5, suppress_health_check=list(HealthCheck))
def test_a_superadmin_is_answered_as_documented_at_every_bound(school: School, case: Case) -> None:
    school.check(case, school.superadmin)


@pytest.mark.soak
@SCHEMA.parametrize()
@long
def test_a_superadmin_is_answered_as_documented_for_long(school_of_the_backend: School, case: Case) -> None:
    school_of_the_backend.check(case, school_of_the_backend.superadmin)


@pytest.mark.soak
@SCHEMA.parametrize()
@long
def test_a_student_is_answered_as_documented_for_long(school_of_the_backend: School, case: Case) -> None:
    school_of_the_backend.check(case, school_of_the_backend.student)
