"""The jobs of recommendations."""

from typing import ClassVar

from bilim.kit.jobs import Job


class CountNextLessons(Job):
    """Count anew what learners did next and which lessons are popular; runs every night."""

    kind: ClassVar[str] = "recommendations.count"
    runs_after_restore: ClassVar[bool] = True
