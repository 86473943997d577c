"""A course as the marketplace's forms send it."""

from msgspec import UNSET

from bilim.catalog.inputs import CourseInput
from bilim.files.kinds import Picture
from bilim.kit.inputs import Omittable

_MAX_DIGITS = 18


class PicturedCourseInput(CourseInput, kw_only=True):
    """A course and its picture, as uploaded. A `category` of digits alone is an id: forms know only text."""

    thumbnail: Omittable[Picture] = UNSET

    def check_whole(self) -> None:
        """Read an id that was sent as text."""
        if isinstance(self.category, str) and self.category.isascii() and self.category.isdecimal() and len(self.category) <= _MAX_DIGITS:
            self.category = int(self.category)
