"""What the document is compared by: a school that has one of everything, and checks of every answer."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zlib import crc32

import msgspec
import schemathesis
from httpx import Response
from requests import Request
from schemathesis import Case, CheckContext, GenerationMode
from schemathesis import Response as Answer
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

import mock_school
import quiz_school
from bilim.accounts.sessions import begin_session
from bilim.groups.actions import join_group
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.protocols import Checkouts
from bilim.providers.built_in_tutor import BuiltInTutor
from bilim.stripe.checkout import StripeCheckout
from bilim.stripe.protocols import OpenSession, SessionOrder
from calendar_feeds import subscribe
from community.threads import say, topic
from conftest import SECRET
from interactive.talks import say as talks_say
from interactive.talks import set_stage, started
from payments.shop import PAYME, bought, capture, open_shop, pending_payment
from plans import school as plans_school
from sales.school import refund, sell
from speech.ears import FILE, give_ears
from telegram_stub import TOKEN
from world import PASSWORD, Person, World

HOST = "http://testserver"
QUESTIONS = [
    {"text": "Which?", "type": "test", "options": [{"text": "go", "is_correct": False}, {"text": "goes", "is_correct": True}]},
    {"text": "Describe the importance of reading.", "type": "written", "written_answer_sample": "Reading improves vocabulary."},
]


def without_security(described: dict[str, Any]) -> dict[str, Any]:
    """The document without who may call what: it would fill the requests with made-up tokens, and a 401 tells nothing of the rest.

    CONTRACT section 7 says who may call, and the access table tests it.
    """
    paths = {
        path: {method: {key: value for key, value in operation.items() if key != "security"} for method, operation in operations.items()}
        for path, operations in described["paths"].items()
    }
    return {**described, "paths": paths}


DOCUMENT: dict[str, Any] = json.loads(Path(__file__).parents[2].joinpath("docs/openapi.json").read_bytes())
"""The document as it is handed out with the source; a test compares it with the served one."""
SCHEMA = schemathesis.openapi.from_dict(without_security(DOCUMENT))
SCHEMA.config.seed = 20261120
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}


@dataclass
class School:
    """One of everything, and people of every role."""

    world: World
    superadmin: Person
    teacher: Person
    student: Person
    code: str
    """The verification code of the student's certificate."""
    mock_test: dict[str, Any]
    running: str
    """The student's mock session that runs."""
    over: str
    """The superadmin's that is over and not scored."""
    room: str
    """A room of the superadmin's."""
    talk: str
    """The student's session with the tutor."""
    calendar: str
    """The last part of the address of the student's calendar."""

    @classmethod
    def founded(cls, world: World) -> Self:
        superadmin, teacher, student = (
            world.superadmin(),
            world.teacher(),
            world.student(first_name="Jasur", made_by_staff=True, telegram_id="42"),
        )
        course = world.course(teacher, category="Tillar", tags=["A1"])
        priced = world.course(teacher, price=490000.5, lessons=1)
        teacher.post("/api/v1/words/", {"word": "salom", "translation": "hello", "lesson_id": course["lessons"][0]["id"]})
        for lesson in course["lessons"]:
            world.complete(student, lesson["id"])
        student.post("/api/reviews/", {"course": course["id"], "rating": 5, "comment": "Zoʻr!"})
        superadmin.post("/api/enrollments/", {"course": course["id"]})
        group = world.group(days="Mon,Wed,Fri", start_time="09:00", end_time="11:00", monthly_price="300000")
        with world.db.write() as tx:
            join_group(tx, student.id, group["id"])
        about = {"student": student.id, "group": group["id"]}
        teacher.post("/api/v1/attendance/", about | {"status": "keldi"})
        teacher.post("/api/v1/scores/", about | {"score": 80})
        teacher.post("/api/v1/homework/", {"group": group["id"], "text": "1-mashq"})
        of_lesson = {"title": "Insho", "course_id": course["id"], "lesson_id": course["lessons"][0]["id"], "is_published": "true"}
        pdf = [("files", ("insho.pdf", b"%PDF-1.7", "application/pdf"))]
        homework = teacher.call("POST", "/api/v1/homework/", data=of_lesson, files=pdf).json()
        student.call("POST", f"/api/v1/homework/{homework['id']}/submit", data={"submission": "Javobim"}, files=pdf)
        superadmin.post("/api/v1/payments/", about | {"amount": "300000", "months": [{"year": 2025, "month": 1}]})
        _trade(world, teacher, superadmin, priced)
        superadmin.post("/api/v1/expenses/", {"amount": "100000", "reason": "Ijara", "recipient_user": teacher.id})
        sit_test(superadmin)
        new = {"subject": group["subject"], "title": "Grammar", "is_published": True, "time_limit": 30, "questions": QUESTIONS}
        exam = teacher.post("/api/v1/exams/", new).json()
        student.post("/api/v1/exams/enter-code/", {"code": exam["code"]})
        answers = [{"question_id": 1, "option_id": 2}, {"question_id": 2, "written_answer": "It widens the mind."}]
        student.post(f"/api/v1/exams/{exam['id']}/submit/", {"answers": answers})
        plan = plans_school.make_plan(superadmin)
        plans_school.subscribe(superadmin, student.id, plan["id"])
        practise(world, teacher, student)
        pay(world, student, plan["id"])
        world.dead_job()
        superadmin.post("/api/v1/admin/interactive-lessons/", {"title": "Kafeda", "order": 1, "avatar_id": 1, "content": {"steps": []}})
        take_lesson(world, student)
        teacher.post("/api/v1/messages/", {"text": "Ertaga dars yoʻq!", "recipient_ids": [student.id]})
        made = topic(world, student)
        say(teacher, made["id"], "Mana javob", made["posts"][0]["id"])
        student.post("/api/v1/feedback/", {"content": "Zoʻr!", "rating": 5})
        world.run_jobs()
        code = student.get("/api/certificates/").json()[0]["code"]
        call = superadmin.post("/api/v1/webrtc/rooms/create", {"name": "Suhbat"}).json()["room_id"]
        talk = student.post("/api/v1/ai-sessions/sessions", {}).json()["id"]
        world.use(llm=BuiltInTutor())
        assert (
            student.post(f"/api/v1/ai-sessions/sessions/{talk}/messages", {"text": "salom nima?", "reference_text": "Salom!"}).status_code
            == 200
        )
        calendar = subscribe(student).rpartition("/")[2]
        return cls(world, superadmin, teacher, student, code, *sat_mock_test(teacher, student, superadmin), call, talk, calendar)

    def id_in(self, path: str) -> Any:
        """The id of the first object of a path's kind: UUIDs of mock tests and sessions, a tutor's hex digits, else numbers."""
        if "/ai-sessions/" in path:
            return self.talk
        return self.mock_test["id"] if "/mock/tests/" in path else self.running if "/mock/session/" in path else 1

    def send(self, case: Case, person: Person | None) -> Response:
        """Send a request in a person's name; in a session of its own, where the operation ends the one it is called in."""
        token = person.access if person else None
        if person and case.operation.label in ENDING_THEIR_SESSION:
            with self.world.db.write() as tx:
                token = begin_session(tx, self.world.app.state.services.tokens, person.id).access
        if token:
            case.headers["Authorization"] = f"Bearer {token}"
        prepared = Request(**case.as_transport_kwargs(base_url=HOST)).prepare()
        return self.world.client.request(prepared.method, prepared.url, content=prepared.body, headers=prepared.headers)

    def check(self, case: Case, person: Person | None) -> Response:
        """Send a generated request and compare the answer with the document."""
        self.aim(case)
        answer = self.send(case, person)
        case.validate_response(answer, CHECKS)
        return answer

    def aim(self, case: Case) -> None:
        """Let most good requests mean what exists, and keep rules that a schema does not tell: generated values seldom do."""
        number = crc32(repr(case).encode())
        if case.meta is None or case.meta.generation.mode is GenerationMode.NEGATIVE or number % 4 == 0:
            return
        hits: dict[str, Any] = dict.fromkeys(IDS, 1 + number // 4 % 3 // 2)
        if isinstance(mock_id := self.id_in(case.path), str):
            hits["id"] = mock_id
        hits |= {"test": self.mock_test["id"], "session": self.running, "code": self.mock_test["code"]} if "/mock/" in case.path else {}
        hits |= {"session_id": self.talk} if "/ai-sessions/" in case.path else {}
        hits |= {"code": self.code, "verification_code": self.code, "refresh": self.student.refresh, "password": PASSWORD}
        hits |= {"username": self.student.username if "login" in case.path else f"somebody{number}", "email": f"a{number}@example.com"}
        hits |= {"provider": "payme"} if "/payments" in case.path else {}
        hits |= {"phone": "901234567", "parent_phone": "901234568", "telegram_id": str(number), "roles": ["free"]}
        hits |= {"price": 1, "discount_price": 0, "monthly_price": 1, "amount": 1, "months": [{"year": 2025, "month": number % 12 + 1}]}
        hits |= {"quiet_hours": {"from": "22:00", "until": "07:00"}}
        hits |= {"days": "Mon,Wed", "start_time": "09:00", "end_time": "11:00:00"}
        hits |= {
            "student": self.student.id,
            "recipient_user": self.teacher.id,
            "recipient_ids": [self.student.id],
            "questions": QUESTIONS,
        }
        hits |= {"room_id": self.room, "file": self.calendar}
        for values in (case.path_parameters, case.body):
            if isinstance(values, dict):
                values.update({name: hits[name] for name in hits.keys() & values.keys()})


def pay(world: World, student: Person, plan: int) -> None:
    """A plan paid by a service, something that waits to be paid, and an alert. The first payment is tuition taken by hand."""
    shop = open_shop(world)
    capture(shop, bought(student, plan=plan)["number"])
    pending_payment(shop, student)
    with world.db.write() as tx:
        raise_alert(tx, Alert.DISPUTE, None, "asked for")


def _trade(world: World, teacher: Person, buyer: Person, priced: dict[str, Any]) -> None:
    """A wish, a coupon that leaves nothing to pay, and a sale with a refund on the teacher's statement."""
    buyer.post("/api/wishlist/", {"course": priced["id"]})
    teacher.post("/api/coupons/", {"percent": 100, "code": "YOZGI-25", "max_uses": 2})
    refund(world, sell(world, priced, 49_000_050), 1_000_050)


class StillGateway:
    """Stripe, which always answers."""

    async def open_session(self, order: SessionOrder) -> OpenSession:
        return OpenSession(f"cs_test_{order.number}", f"https://checkout.stripe.example/{order.number}")

    async def close(self) -> None:
        """Nothing is open."""


def take_cards(world: World) -> None:
    """Let people pay by Stripe too."""
    settings = msgspec.structs.replace(world.app.state.services.settings, stripe_secret_key="sk_test_1", stripe_webhook_secret=CARD_SECRET)
    gateway: Any = StillGateway()
    services = Checkouts([*world.app.state.services.checkouts, StripeCheckout(settings, gateway)])
    world.use(settings=settings, stripe=gateway, checkouts=services)


CARD_SECRET = "whsec_of_the_contract"


def practise(world: World, teacher: Person, student: Person) -> None:
    """A phrase of a teacher's, and a student's attempt at it in a session of practice."""
    phrase = teacher.post("/api/v1/pronunciation/phrases/", {"text": "Three ships", "level": "A1", "contrasts": ["th-s"]}).json()
    session = student.post("/api/v1/pronunciation/sessions/", {}).json()
    give_ears(world)
    about = {"phrase_id": phrase["id"], "session_id": session["id"]}
    assert student.post("/api/v1/pronunciation/analyze/", files={"file": FILE}, data=about).status_code == 200


def take_lesson(world: World, student: Person) -> None:
    """A session of an interactive lesson in which something was said."""
    set_stage(world)
    session = started(student, lesson_id=1)
    assert talks_say(student, session).status_code == 200


def sat_mock_test(teacher: Person, student: Person, other: Person) -> tuple[dict[str, Any], str, str]:
    """A mock test with a key; a scored session of a student and one that runs; another person's that is over."""
    test = mock_school.make_test(teacher)
    mock_school.set_key(teacher, test, **mock_school.KEY)
    scored = mock_school.start(student, test)
    mock_school.send(student, scored, "reading", mock_school.ANSWERS)
    mock_school.save(student, scored, 1, writing={"1": "The chart shows that"})
    mock_school.finish(student, scored)
    bands = {"listening": 7.5, "reading": 8, "writing": 7, "speaking": 6.5}
    assert teacher.post("/api/v1/mock/score/create/", {"session": scored["id"]} | bands).status_code == 201
    over = mock_school.start(other, test)
    mock_school.finish(other, over)
    return test, mock_school.start(student, test)["id"], over["id"]


def sit_test(superadmin: Person) -> None:
    """A test with every type of question, and an attempt at it that runs."""
    test = quiz_school.full_test(superadmin)
    attempt = quiz_school.start(superadmin, test)
    quiz_school.submit(superadmin, attempt, quiz_school.answers(test, quiz_school.RIGHT))


ENDING_THEIR_SESSION = {"POST /api/v1/logout", "PATCH /api/v1/users/me", "PUT /api/auth/profile"}
IDS = {
    "id",
    "lesson_id",
    "phrase_id",
    "session_id",
    "course_id",
    "user_id",
    "certificate_id",
    "course",
    "subject",
    "group",
    "group_id",
    "plan_id",
    "subscription_plan_id",
    "payment_id",
    "alert_id",
    "subscription_id",
    "category_id",
    "topic_id",
    "parent_id",
    "test_id",
    "section_id",
    "question_id",
    "attempt_id",
    "file_id",
    "avatar_id",
}


def is_never_422(_context: CheckContext, answer: Answer, _case: Case) -> None:
    assert answer.status_code != 422


def refuses_in_the_documented_shape(_context: CheckContext, answer: Answer, _case: Case) -> None:
    """CONTRACT section 3: `{"detail": "…"}`, `{"error": "…"}`, or messages by field."""
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == ["application/json"]
        assert is_refusal(answer.json()), answer.text


def is_refusal(body: Any) -> bool:
    match body:
        case {"detail": str()} | {"error": str()}:
            return len(body) == 1
        case dict():
            return bool(body) and all(isinstance(name, str) and are_messages(value) for name, value in body.items())
    return False


def are_messages(value: Any) -> bool:
    """Sentences, or those of an object or of the items of a list; an item without fault is `{}`."""
    if isinstance(value, list) and value:
        return all(isinstance(item, str) for item in value) or all(item == {} or is_refusal(item) for item in value)
    return isinstance(value, dict) and is_refusal(value)


def tells_no_secrets(_context: CheckContext, answer: Answer, _case: Case) -> None:
    for secret in ("$argon2", "password_hash", SECRET, TOKEN, PAYME["payme_key"], CARD_SECRET, "Traceback"):
        assert secret.encode() not in answer.content


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    is_never_422,
    refuses_in_the_documented_shape,
    tells_no_secrets,
]
