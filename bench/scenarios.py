"""What is asked."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, cycle, islice
from random import Random
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench import mock, quiz
from bench.calendars import secret_of, subscribers
from bench.centre import CLASS, classes
from bench.community import POSTS
from bench.data import LESSONS, Content, Scale, students_of
from bench.exams import QUESTIONS, code_of, option_ids, question_ids
from bench.interactive import first_session, talkers
from bench.load import CONNECTIONS, Headers, headers_of, request
from bench.payments import PLAN, payers
from bench.services import SERVICES
from bench.tutor import askers, conversation
from bilim.practice.rules.exercises import starting_point

PAGE = 20
_SPREAD = 500
_T = TypeVar("_T")
_DRAFTED = 4
"""Answers in a draft."""
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
ENTER, SUBMIT, RESULTS = "enter an exam", "submit an exam", "exam results"
OWN_HOMEWORK, OWN_ASSIGNMENTS, SUBMISSIONS, HAND_IN = "own homework", "own assignments", "submissions", "hand homework in"
STATISTICS, ADMIN_STATISTICS, TOP_USERS, QUOTAS = "statistics", "admin statistics", "top users", "quotas left"
START, DRAFT = "start a mock test", "save a draft"
TOPICS, THREAD, UNREAD, TOLD = "forum topics", "a long topic", "unread count", "notifications"
BEGIN_TEST, SAVE, FINISH, OWN_ATTEMPTS = "start a test", "save answers", "finish a test", "own attempts"
INTERACTIVE, OWN_LESSONS = "interactive lessons", "content lessons"
READINGS, VOICE_PROFILE, PHRASES, SESSIONS = "readings", "pronunciation profile", "phrases", "practice sessions"
REVIEWS, WISHES, STATEMENT = "reviews of a course", "wishlist", "statement"
CONVERSATIONS, CONVERSATION = "conversations", "a conversation"
LESSON_SESSIONS, LESSON_INTERACTIONS = "lesson sessions", "lesson interactions"
RECOMMENDED, DUE, EXERCISES, REVIEW = "recommendations", "words due", "exercises", "review a word"
A_CALENDAR = "a calendar"
OWN_PAYMENTS, PAYMENT_STATS, ORDER = "own payments", "payment stats", "order a plan"
GROWING = (RATED_STUDENTS, RATED_GROUPS, DASHBOARD)


class Ask(Struct, frozen=True):
    """One request."""

    path: str
    token: str
    body: str = ""
    """JSON, unless the headers say otherwise."""
    own: Headers = ()
    """Headers in place of the token and the type of the body: of services that call."""

    @property
    def headers(self) -> dict[str, str]:
        """All but the length."""
        return dict(headers_of(self.token, self.body, self.own))


class Undo(Struct, frozen=True):
    """What forgets writes that are used up, kind by kind."""

    marks: Callable[[], None]
    """Today's attendance."""
    submissions: Callable[[], None]
    """What was handed in of the exams that nobody had handed in."""
    starts: Callable[[], None]
    """Sessions of the mock tests that nobody had started."""
    attempts: Callable[[], None]
    """Attempts at the tests that nobody had begun."""
    finishes: Callable[[], None]
    """That attempts were finished."""
    reviews: Callable[[], None]
    """Reviews of words that were due."""
    calls: Callable[[], None]
    """What services and payers did about payments."""


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
    again: Callable[[bytes], str] | None = None
    """Where a write can be asked for once: from its answer, the path at which the product tells what it did."""
    connections: int = CONNECTIONS
    every: int = 1
    """Measured in every so-manieth round: what takes seconds a request is asked for less often."""

    def requests(self) -> Iterator[bytes]:
        """The requests' bytes, from where the last drive stopped, until they are used up."""
        for ask in islice(self.asks, self.renewal and self.renewal.asks):
            yield request(self.method, ask.path, ask.token, ask.body, ask.own)

    def renew(self) -> None:
        """Let used-up writes be asked for again."""
        if self.renewal:
            self.renewal.renew()


def alone(scenario: Scenario) -> Scenario:
    """A scenario asked one request at a time: how long one takes, not how long it waits."""
    return replace(scenario, connections=1)


def scenarios(content: Content, scale: Scale, undo: Undo) -> list[Scenario]:
    """All that is measured."""
    return [
        *_learning(content, scale),
        *_material(content),
        *_centre(content, scale, undo),
        *_exams(content, scale, undo),
        *_mock_tests(content, scale, undo),
        *_homework(content),
        *_calendars(content),
        *_figures(content),
        *_community(content, scale),
        *_tests(content, scale, undo),
        *_practice(content, scale, undo),
        *_pronunciation(content, scale),
        *_market(content, scale),
        *_payments(content, scale, undo),
    ]


def _learning(content: Content, scale: Scale) -> list[Scenario]:
    """Courses and people. The far page begins where 100 courses are left: at 1,900 of 2,000."""
    rng = Random(1)
    users = _some(rng, sorted(content.tokens))
    courses = _some(rng, range(1, scale.courses + 1))
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


def _material(content: Content) -> list[Scenario]:
    """Interactive lessons, as learners choose among them, and lessons as their teacher sees them: full pages."""
    users = _some(Random(4), sorted(content.tokens))
    pages = (0, 100, 200)
    chosen = [Ask(f"/api/v1/interactive-lessons/?limit=100&skip={pages[user % 3]}", content.tokens[user]) for user in users]
    own = [Ask("/api/v1/content/lessons?limit=100&skip=0", content.teacher)]
    return [
        Scenario(INTERACTIVE, "100 interactive lessons", "GET", READ_BAR, cycle(chosen)),
        Scenario(OWN_LESSONS, "100 lessons of one's own", "GET", READ_BAR, cycle(own)),
        *_talks(content),
        *_conversations(content),
    ]


def _talks(content: Content) -> list[Scenario]:
    """Sessions of interactive lessons, and what was said in them: full pages."""
    people = list(enumerate(talkers(sorted(content.tokens))))
    sessions = [Ask("/api/v1/lesson-sessions/user/me?limit=100&skip=0", content.tokens[user_id]) for _, user_id in people]
    said = [
        Ask(f"/api/v1/lesson-interactions/{first_session(place)}/interactions?limit=100&skip=0", content.tokens[user_id])
        for place, user_id in people
    ]
    return [
        Scenario(LESSON_SESSIONS, "100 sessions of lessons", "GET", READ_BAR, cycle(sessions)),
        Scenario(LESSON_INTERACTIONS, "100 messages of a session", "GET", READ_BAR, cycle(said)),
    ]


def _conversations(content: Content) -> list[Scenario]:
    """Conversations with the tutor: a full page, each with its last message and the answer, and a long one."""
    people = list(enumerate(askers(sorted(content.tokens))))
    pages = [Ask("/api/v1/ai-sessions/sessions?limit=100&skip=0", content.tokens[user_id]) for _, user_id in people]
    long = [Ask(f"/api/v1/ai-sessions/sessions/{conversation(place)}", content.tokens[user_id]) for place, user_id in people]
    return [
        Scenario(CONVERSATIONS, "100 conversations", "GET", READ_BAR, cycle(pages)),
        Scenario(CONVERSATION, "a conversation of 100", "GET", READ_BAR, cycle(long)),
    ]


def _centre(content: Content, scale: Scale, undo: Undo) -> list[Scenario]:
    """The learning centre, as its staff ask."""
    centre = scale.centre
    groups = classes(centre)
    marks = [Ask("/api/v1/attendance/bulk_create/", content.admin, f'{{"group_id":{group}}}') for group in groups]

    def reads(*paths: str) -> Iterator[Ask]:
        return cycle([Ask(path, content.teacher) for path in paths])

    return [
        Scenario(MARK, f"mark a class of {CLASS}", "POST", WRITE_BAR, cycle(marks), Renewal(len(marks), undo.marks)),
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


def _exams(content: Content, scale: Scale, undo: Undo) -> list[Scenario]:
    """Exams of forty questions, as students take them and staff look at them."""
    rng, exams = Random(2), scale.exams
    students = _some(rng, sorted(content.tokens))

    def enter(student_id: int) -> Ask:
        code = code_of(rng.choice(exams.timed))
        return Ask("/api/v1/exams/enter-code/", content.tokens[student_id], f'{{"code":"{code}"}}')

    def submit(student_id: int) -> Ask:
        exam_id = rng.choice(exams.untouched)
        answers = [{"question_id": question_id, "option_id": rng.choice(option_ids(question_id))} for question_id in question_ids(exam_id)]
        body = msgspec.json.encode({"answers": answers}).decode()
        return Ask(f"/api/v1/exams/{exam_id}/submit/", content.tokens[student_id], body)

    entries, submissions = [enter(student_id) for student_id in students], [submit(student_id) for student_id in students]
    renewal = Renewal(len(submissions), undo.submissions)
    return [
        Scenario(ENTER, f"enter an exam of {QUESTIONS}", "POST", WRITE_BAR, cycle(entries)),
        Scenario(SUBMIT, f"submit an exam of {QUESTIONS}", "POST", WRITE_BAR, cycle(submissions), renewal, again=_result_path),
        Scenario(RESULTS, f"all {exams.results:,} exam results", "GET", READ_BAR, cycle([Ask("/api/v1/exam-results/", content.teacher)])),
    ]


def _some(rng: Random, among: Sequence[_T]) -> list[_T]:
    """Whom or what calls are about: enough that no call finds warm what the last one read."""
    return rng.sample(among, min(_SPREAD, len(among)))


def _result_path(answer: bytes) -> str:
    """Where a result is read that was answered when it was handed in."""
    return f"/api/v1/exam-results/{msgspec.json.decode(answer)['id']}/"


def _mock_tests(content: Content, scale: Scale, undo: Undo) -> list[Scenario]:
    """Mock tests, as students sit them who have a group."""
    rng = Random(3)
    students = _some(rng, sorted(content.tokens)[: scale.centre.students])

    def start(student_id: int) -> Ask:
        number = rng.choice(scale.mock.untouched)
        body = f'{{"test":"{mock.test_id(number)}","code":"{mock.test_code(number)}"}}'
        return Ask("/api/v1/mock/session/start/", content.tokens[student_id], body)

    def drafts() -> Iterator[Ask]:
        for sequence in count(1):
            first = (sequence - 1) * _DRAFTED % mock.QUESTIONS + 1
            answers = {str(question): f"answer {sequence}" for question in range(first, first + _DRAFTED)}
            body = msgspec.json.encode({"sequence": sequence, "reading": answers}).decode()
            for session in content.sessions:
                yield Ask(f"/api/v1/mock/session/{session.id}/draft/", content.tokens[session.student_id], body)

    starts = [start(student_id) for student_id in students]
    renewal = Renewal(len(starts), undo.starts)
    return [
        Scenario(START, START, "POST", WRITE_BAR, cycle(starts), renewal, again=_session_path),
        Scenario(DRAFT, f"save a draft of {_DRAFTED} answers", "PUT", WRITE_BAR, drafts()),
    ]


def _homework(content: Content) -> list[Scenario]:
    """Homework of courses: ten pieces a student, all of which they handed in before."""
    some = _some(Random(4), content.homework)

    def reads(path: str) -> Iterator[Ask]:
        return cycle([Ask(path, content.tokens[piece.student_id]) for piece in some])

    graded = cycle([Ask(f"/api/v1/homework/{piece.id}?include_submissions=true", content.admin) for piece in some])
    sent = [
        Ask(f"/api/v1/homework/{piece.id}/submit", content.tokens[piece.student_id], f'{{"submission":"Javobim {piece.id}"}}')
        for piece in some
    ]
    return [
        Scenario(OWN_HOMEWORK, "a student's homework", "GET", READ_BAR, reads(f"/api/v1/homework/?limit={PAGE}")),
        Scenario(OWN_ASSIGNMENTS, "a student's submissions", "GET", READ_BAR, reads(f"/api/v1/homework/user/me?limit={PAGE}")),
        Scenario(SUBMISSIONS, "homework with submissions", "GET", READ_BAR, graded),
        Scenario(HAND_IN, HAND_IN, "POST", WRITE_BAR, cycle(sent)),
    ]


def _calendars(content: Content) -> list[Scenario]:
    """Calendars of a class, as programs read them: without a session."""
    asks = [Ask(f"/api/v1/calendar/{secret_of(student_id)}.ics", "") for student_id in subscribers(sorted(content.tokens))]
    return [Scenario(A_CALENDAR, "a learner's calendar", "GET", READ_BAR, cycle(asks))]


def _session_path(answer: bytes) -> str:
    """Where a session is read that was answered when it began."""
    return f"/api/v1/mock/session/{msgspec.json.decode(answer)['id']}/"


def _figures(content: Content) -> list[Scenario]:
    """Figures and quotas, as students and an admin look at them."""
    tokens = _some(Random(4), [*content.tokens.values()])

    def reads(path: str) -> Iterator[Ask]:
        return cycle([Ask(path, token) for token in tokens])

    top = Ask(f"/api/v1/statistics/top-users?limit={PAGE}&skip=0", content.admin)
    return [
        Scenario(STATISTICS, STATISTICS, "GET", READ_BAR, reads("/api/v1/statistics/")),
        Scenario(ADMIN_STATISTICS, ADMIN_STATISTICS, "GET", READ_BAR, cycle([Ask("/api/v1/admin/statistics", content.admin)])),
        Scenario(TOP_USERS, f"{PAGE} {TOP_USERS}", "GET", READ_BAR, cycle([top])),
        Scenario(QUOTAS, QUOTAS, "GET", READ_BAR, reads("/api/v1/ai/usage")),
    ]


def _community(content: Content, scale: Scale) -> list[Scenario]:
    """The forum, as strangers read it, and what people were told."""
    rng, forum = Random(4), "/api/v1/forum/topics/"
    people = _some(rng, sorted(content.tokens))
    pages = [Ask(f"{forum}?limit={PAGE}&skip={skip}", "") for skip in range(0, scale.community.topics // 2, PAGE)]
    threads = [Ask(f"{forum}{topic_id}", "") for topic_id in rng.sample(scale.community.threads, min(20, scale.community.long))]
    root = "/api/v1/notifications/"
    return [
        Scenario(TOPICS, f"{PAGE} forum topics", "GET", READ_BAR, cycle(pages)),
        Scenario(THREAD, f"a topic of {POSTS} posts", "GET", READ_BAR, cycle(threads)),
        Scenario(UNREAD, UNREAD, "GET", READ_BAR, cycle([Ask(f"{root}unread-count", content.tokens[each]) for each in people])),
        Scenario(TOLD, "one's notifications", "GET", READ_BAR, cycle([Ask(root, content.tokens[each]) for each in people])),
    ]


def _market(content: Content, scale: Scale) -> list[Scenario]:
    """Reviews of courses that everybody reviewed, as strangers read them; wishlists; pages of a long statement."""
    rng, of = Random(6), scale.market
    people = _some(rng, sorted(content.tokens))
    reviews = [
        Ask(f"/api/reviews/?course={course}&ordering=-rating&limit={PAGE}&skip={skip}", "")
        for course in of.courses
        for skip in (0, 20, 200)
    ]
    lines = [Ask(f"/api/instructor/statement/?limit={PAGE}&skip={skip}", content.teacher) for skip in range(0, of.lines // 10, 100)]
    return [
        Scenario(REVIEWS, f"{PAGE} reviews of a course", "GET", READ_BAR, cycle(reviews)),
        Scenario(WISHES, "a wishlist", "GET", READ_BAR, cycle([Ask("/api/wishlist/", content.tokens[each]) for each in people])),
        Scenario(STATEMENT, f"{PAGE} lines of a statement", "GET", READ_BAR, cycle(lines)),
    ]


def _tests(content: Content, scale: Scale, undo: Undo) -> list[Scenario]:
    """Tests of fifty questions. Teachers begin them, as the students of the bench are no premium members."""
    rng, of = Random(4), scale.quiz
    students = students_of(scale.users)
    starts = [Ask(f"/api/v1/tests/{test_id}/start", token) for test_id in of.untouched for token in content.teachers.values()]
    rng.shuffle(starts)

    def to(attempt_id: int, what: str, body: str = "") -> Ask:
        return Ask(f"/api/v1/tests/attempts/{attempt_id}/{what}", content.tokens[quiz.taker_of(of, attempt_id, students)], body)

    def saves() -> Iterator[Ask]:
        for turn in count():
            for attempt_id in of.saved:
                asked = quiz.question_ids(quiz.test_of(of, attempt_id))
                first = turn * _DRAFTED % (quiz.QUESTIONS - _DRAFTED)
                sent = [{"question_id": each, "answer_data": {"answer": "ABCD"[turn % 4]}} for each in asked[first : first + _DRAFTED]]
                yield to(attempt_id, "submit", msgspec.json.encode(sent).decode())

    finishes = [to(attempt_id, "finish") for attempt_id in of.finished]
    readers = students[of.running : of.running + _SPREAD]
    reads = [Ask("/api/v1/tests/attempts/me?limit=100", content.tokens[user_id]) for user_id in readers]
    return [
        Scenario(BEGIN_TEST, BEGIN_TEST, "POST", WRITE_BAR, cycle(starts), Renewal(len(starts), undo.attempts), again=_attempt_path),
        Scenario(SAVE, f"save {_DRAFTED} answers", "POST", WRITE_BAR, saves()),
        Scenario(
            FINISH,
            f"finish a test, {quiz.ANSWERED} answers",
            "POST",
            WRITE_BAR,
            cycle(finishes),
            Renewal(len(finishes), undo.finishes),
            again=_test_result_path,
        ),
        Scenario(OWN_ATTEMPTS, f"own attempts, {quiz.QUESTIONS} answers each", "GET", READ_BAR, cycle(reads)),
    ]


def _attempt_path(answer: bytes) -> str:
    """Where an attempt is read that was answered when it began."""
    return f"/api/v1/tests/attempts/{msgspec.json.decode(answer)['id']}"


def _test_result_path(answer: bytes) -> str:
    """Where a result is read that was answered when an attempt was finished."""
    return f"/api/v1/tests/attempts/{msgspec.json.decode(answer)['attempt_id']}/result"


def _practice(content: Content, scale: Scale, undo: Undo) -> list[Scenario]:
    """Practice, as those learn who practise."""
    rng = Random(4)
    learners = _some(rng, sorted(content.tokens)[: scale.practice.learners])
    seeds = list(islice(filter(partial(_begins_early, scale), count(1)), _SPREAD))
    reviews = [
        Ask(f"/api/v1/words/{due.word_id}/review", content.tokens[due.user_id], '{"rating":3}') for due in content.due[: 4 * _SPREAD]
    ]

    def reads(path: Callable[[int], str]) -> Iterator[Ask]:
        return cycle([Ask(path(place), content.tokens[user_id]) for place, user_id in enumerate(learners)])

    return [
        Scenario(RECOMMENDED, "5 recommendations", "GET", READ_BAR, reads(lambda _: "/api/v1/recommendations/for-you?limit=5&skip=0")),
        Scenario(DUE, "10 words due", "GET", READ_BAR, reads(lambda _: "/api/v1/words/review?limit=20&skip=0")),
        Scenario(EXERCISES, "10 exercises", "GET", READ_BAR, reads(lambda place: f"/api/v1/exercises/?limit=10&seed={seeds[place]}")),
        Scenario(REVIEW, REVIEW, "POST", WRITE_BAR, cycle(reviews), Renewal(len(reviews), undo.reviews), again=_due_path),
    ]


def _begins_early(scale: Scale, seed: int) -> bool:
    """Whether a seed's exercises are made of one piece: enough words and lessons are left from where it begins."""
    words, lessons = scale.words, scale.courses * LESSONS
    return starting_point(seed, words, "words") < words // 2 and starting_point(seed, lessons, "lessons") < lessons // 2


def _due_path(answer: bytes) -> str:
    """Where a word is read again that was reviewed: its lesson and texts are the same."""
    return f"/api/v1/words/{msgspec.json.decode(answer)['id']}"


def _pronunciation(content: Content, scale: Scale) -> list[Scenario]:
    """What learners read aloud, as those look at it who did."""
    learners = sorted(content.tokens)[: scale.pronunciation.learners]

    def reads(path: str) -> Iterator[Ask]:
        return cycle([Ask(path, content.tokens[user_id]) for user_id in learners])

    root = "/api/v1/pronunciation"
    return [
        Scenario(READINGS, f"{PAGE} readings", "GET", READ_BAR, reads(f"/api/v1/ai/pronunciation/history?limit={PAGE}&skip=0")),
        Scenario(VOICE_PROFILE, VOICE_PROFILE, "GET", READ_BAR, reads("/api/v1/ai/pronunciation/summary")),
        Scenario(PHRASES, "100 phrases", "GET", READ_BAR, reads(f"{root}/phrases/?limit=100&skip=0")),
        Scenario(SESSIONS, f"{PAGE} practice sessions", "GET", READ_BAR, reads(f"{root}/sessions/?limit={PAGE}&skip=0")),
    ]


def _payments(content: Content, scale: Scale, undo: Undo) -> list[Scenario]:
    """Payments by services, as payers, an admin and the services see them. A service may call again, and is answered the same."""
    students = students_of(scale.users)
    lists = [Ask(f"/api/payments/?limit={PAGE}&skip=0", content.tokens[user_id]) for user_id in payers(students)[:_SPREAD]]
    orders = [Ask("/api/payments/", content.tokens[user_id], f'{{"provider":"payme","plan":{PLAN}}}') for user_id in students]
    figures = Ask("/api/v1/statistics/payment-stats", content.admin)

    def calls(name: str) -> Scenario:
        service = SERVICES[name]
        asks = (Ask(*service.call(payment_id)) for payment_id in cycle(scale.payments.waiting_for(service.kind)))
        bar = WRITE_BAR if service.writes else READ_BAR
        return Scenario(name, name, "POST", bar, asks, Renewal(scale.payments.waiting, undo.calls), again=service.again)

    return [
        Scenario(OWN_PAYMENTS, f"{PAGE} payments of one's own", "GET", READ_BAR, cycle(lists)),
        Scenario(PAYMENT_STATS, "figures of payments", "GET", READ_BAR, cycle([figures]), connections=1, every=2),
        Scenario(ORDER, ORDER, "POST", WRITE_BAR, cycle(orders), Renewal(len(orders), undo.calls)),
        *(calls(name) for name in SERVICES),
    ]
