"""What is asked."""

from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random

from msgspec import Struct

from bench.data import Content, Scale
from bench.load import request

PAGE = 20
_SPREAD = 500
READ_BAR, WRITE_BAR, FAR_BAR = 2.5, 3.0, 1.3

PROFILE, USERS, NEAR, FAR, COURSE, COMPLETE = (
    "own profile",
    "users",
    "courses, near",
    "courses, far",
    "one course",
    "complete a lesson",
)


class Scenario(Struct):
    """Requests of one kind."""

    name: str
    """As in `bench.floor.sql.SENT`."""
    label: str
    method: str
    bar: float
    """The most CPU that the product may take, as a multiple of the floor's."""
    targets: Iterator[tuple[str, str]]
    """Paths and tokens, one after the other; reads begin anew at the end, writes are used up."""

    def requests(self) -> Iterator[bytes]:
        """The requests' bytes, from where the last drive stopped."""
        for path, token in self.targets:
            yield request(self.method, path, token)


def scenarios(content: Content, scale: Scale) -> list[Scenario]:
    """All that is measured. The far page begins where 100 courses are left: at 1,900 of 2,000."""
    rng = Random(1)
    users = rng.sample(sorted(content.tokens), min(_SPREAD, len(content.tokens)))
    courses = rng.sample(range(1, scale.courses + 1), min(_SPREAD, scale.courses))
    far = scale.courses - 100

    def reads(path: Callable[[int], str]) -> Iterator[tuple[str, str]]:
        return cycle([(path(courses[place % len(courses)]), content.tokens[user_id]) for place, user_id in enumerate(users)])

    completions = ((f"/api/v1/user-progress/lessons/{lesson}/complete", content.tokens[user]) for user, lesson in content.writes)
    people = [(f"/api/v1/users/?limit=100&skip={skip}", content.admin) for skip in range(0, 800, 50)]
    return [
        Scenario(PROFILE, "own profile", "GET", READ_BAR, reads(lambda _: "/api/v1/users/me")),
        Scenario(USERS, "100 users", "GET", READ_BAR, cycle(people)),
        Scenario(NEAR, f"{PAGE} courses, skip 0", "GET", READ_BAR, reads(lambda _: f"/api/courses/?limit={PAGE}&skip=0")),
        Scenario(FAR, f"{PAGE} courses, skip {far}", "GET", READ_BAR, reads(lambda _: f"/api/courses/?limit={PAGE}&skip={far}")),
        Scenario(COURSE, "a course with 25 lessons", "GET", READ_BAR, reads(lambda course: f"/api/courses/{course}/")),
        Scenario(COMPLETE, "complete a lesson", "POST", WRITE_BAR, completions),
    ]
