"""What is asked."""

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from bench.centre import CLASS, classes
from bench.data import Content, Scale
from bench.load import CONNECTIONS, request

PAGE = 20
_SPREAD = 500
READ_BAR, WRITE_BAR, FAR_BAR = 2.0, 2.5, 1.3

PROFILE, USERS, NEAR, FAR, COURSE, COMPLETE = (
    "own profile",
    "users",
    "courses, near",
    "courses, far",
    "one course",
    "complete a lesson",
)
MARK, SOME_STUDENTS, STUDENTS, RATED_STUDENTS, RATED_GROUPS, DASHBOARD, ATTENDANCE = (
    "mark a class",
    "some students",
    "students",
    "rated students",
    "rated groups",
    "dashboard",
    "attendance",
)
GROWING = (RATED_STUDENTS, RATED_GROUPS, DASHBOARD)


class Ask(Struct, frozen=True):
    """One request."""

    path: str
    token: str
    body: str = ""
    """JSON."""


class Renewal(Struct):
    """How writes that are used up can be asked for again."""

    asks: int
    """So many can be asked for before they are used up."""
    renew: Callable[[], None]


class Scenario(Struct):
    """Requests of one kind."""

    name: str
    """As in `bench.floor.sql.SENT`."""
    label: str
    method: str
    bar: float
    """The most CPU that the product may take, as a multiple of the floor's."""
    asks: Iterator[Ask]
    """One after the other; reads begin anew at the end, writes are used up."""
    renewal: Renewal | None = None
    connections: int = CONNECTIONS
    every: int = 1
    """Measured in every so-manieth round: what takes seconds a request is asked for less often."""

    def requests(self) -> Iterator[bytes]:
        """The requests' bytes, from where the last drive stopped, until they are used up."""
        for ask in islice(self.asks, self.renewal and self.renewal.asks):
            yield request(self.method, ask.path, ask.token, ask.body)

    def renew(self) -> None:
        """Let used-up writes be asked for again."""
        if self.renewal:
            self.renewal.renew()


def alone(scenario: Scenario) -> Scenario:
    """A scenario asked one request at a time: how long one takes, not how long it waits."""
    return replace(scenario, connections=1)


def scenarios(content: Content, scale: Scale, unmark: Callable[[], None]) -> list[Scenario]:
    """All that is measured.

    Args:
        unmark: forgets the attendance that was marked.
    """
    return [*_learning(content, scale), *_centre(content, scale, unmark)]


def _learning(content: Content, scale: Scale) -> list[Scenario]:
    """Courses and people. The far page begins where 100 courses are left: at 1,900 of 2,000."""
    rng = Random(1)
    users = rng.sample(sorted(content.tokens), min(_SPREAD, len(content.tokens)))
    courses = rng.sample(range(1, scale.courses + 1), min(_SPREAD, scale.courses))
    far = scale.courses - 100

    def reads(path: Callable[[int], str]) -> Iterator[Ask]:
        return cycle([Ask(path(courses[place % len(courses)]), content.tokens[user_id]) for place, user_id in enumerate(users)])

    completions = (Ask(f"/api/v1/user-progress/lessons/{lesson}/complete", content.tokens[user]) for user, lesson in content.writes)
    people = [Ask(f"/api/v1/users/?limit=100&skip={skip}", content.admin) for skip in range(0, 800, 50)]
    return [
        Scenario(PROFILE, "own profile", "GET", READ_BAR, reads(lambda _: "/api/v1/users/me")),
        Scenario(USERS, "100 users", "GET", READ_BAR, cycle(people)),
        Scenario(NEAR, f"{PAGE} courses, skip 0", "GET", READ_BAR, reads(lambda _: f"/api/courses/?limit={PAGE}&skip=0")),
        Scenario(FAR, f"{PAGE} courses, skip {far}", "GET", READ_BAR, reads(lambda _: f"/api/courses/?limit={PAGE}&skip={far}")),
        Scenario(COURSE, "a course with 25 lessons", "GET", READ_BAR, reads(lambda course: f"/api/courses/{course}/")),
        Scenario(COMPLETE, "complete a lesson", "POST", WRITE_BAR, completions),
    ]


def _centre(content: Content, scale: Scale, unmark: Callable[[], None]) -> list[Scenario]:
    """The learning centre, as its staff ask."""
    centre = scale.centre
    groups = classes(centre)
    marks = [Ask("/api/v1/attendance/bulk_create/", content.admin, f'{{"group_id":{group}}}') for group in groups]

    def reads(*paths: str) -> Iterator[Ask]:
        return cycle([Ask(path, content.teacher) for path in paths])

    return [
        Scenario(MARK, f"mark a class of {CLASS}", "POST", WRITE_BAR, cycle(marks), Renewal(len(marks), unmark)),
        Scenario(SOME_STUDENTS, "100 students", "GET", READ_BAR, reads("/api/v1/students/?limit=100")),
        Scenario(STUDENTS, f"all {centre.students:,} students", "GET", READ_BAR, reads("/api/v1/students/")),
        Scenario(
            RATED_STUDENTS, "rating of a class", "GET", READ_BAR, reads(*(f"/api/v1/students/rating/?group_id={group}" for group in groups))
        ),
        Scenario(RATED_GROUPS, f"rating of {centre.groups} groups", "GET", READ_BAR, reads("/api/v1/groups/rating/")),
        Scenario(DASHBOARD, "dashboard", "GET", READ_BAR, reads("/api/v1/dashboard/")),
        Scenario(
            ATTENDANCE,
            f"all attendance, {centre.attendance:,} rows",
            "GET",
            READ_BAR,
            reads("/api/v1/attendance/"),
            connections=1,
            every=3,
        ),
    ]
