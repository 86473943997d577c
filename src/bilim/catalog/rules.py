"""What may stand in a course. No I/O."""

from bilim.kit import text
from bilim.kit.errors import Problem

MAX_CATEGORY = 100
DEFAULT_LEVEL = "beginner"


def category_problem(category: int | str) -> Problem | None:
    """What is wrong with a category's name, or None. It is kept folded too, and folding may lengthen it: ß becomes ss."""
    if isinstance(category, str) and len(text.fold(category)) > MAX_CATEGORY:
        return Problem("too_many_characters", {"bound": MAX_CATEGORY})
    return None
