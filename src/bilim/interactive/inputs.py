"""What interactive lessons are made of. A field that is left out changes nothing."""

from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from bilim.catalog.inputs import Tags
from bilim.interactive.rules import content_problem
from bilim.kit.fields import Count, Id, Level, Text, Title, Url
from bilim.kit.inputs import Input, Omittable, Rule, required

Content = Annotated[dict[str, Any], Rule(content_problem)]
"""Any object of JSON; what its parts mean is between its author and the front end."""


class InteractiveLessonChanges(Input, kw_only=True):
    """Changes of an interactive lesson."""

    title: Title | UnsetType = UNSET
    position: Count | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    video_url: Omittable[Url] = UNSET
    difficulty: Omittable[Level] = UNSET
    is_premium: Omittable[bool] = UNSET
    is_active: Omittable[bool] = UNSET
    content: Omittable[Content] = UNSET
    tags: Omittable[Tags] = UNSET
    estimated_duration: Omittable[Count] = UNSET
    """Minutes."""
    course_id: Omittable[Id] = UNSET
    avatar_id: Id | UnsetType = UNSET


@required("title", "position", "avatar_id")
class InteractiveLessonInput(InteractiveLessonChanges, kw_only=True):
    """A new interactive lesson, of a course or on its own."""
