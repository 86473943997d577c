"""Progress and certificates in the learning surface's words."""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.params import FromPath
from msgspec import UNSET, Struct

from bilim.catalog.lesson_queries import LessonView
from bilim.db.engine import Database, Tx
from bilim.http.access import PUBLIC, SIGNED, needs
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.responses import RawResponse
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from bilim.kit.fields import Id, Line, Omittable, Text, Title
from bilim.kit.paging import DEFAULT_LIMIT, Listed, page
from bilim.kit.patch import sent_fields
from bilim.study import actions, certificates, queries, rules, verify_page
from bilim.study.models import Certificate
from bilim.study.queries import CertificateRow, Progress

Http = Request[Any, Any, Any]


class CertificateOut(Struct):
    """A certificate. `file_path` is a signed address of its PDF; in a public verification it and `user_id` are null."""

    id: int
    title: str
    user_id: int | None
    course_id: int | None
    course_name: str
    level_completed: str | None
    description: str | None
    verification_code: str
    issue_date: datetime
    is_valid: bool
    file_path: str | None
    full_name: str


class Award(Struct):
    """A certificate issued by hand; a `verification_code` that is sent is ignored."""

    title: Title
    user_id: Id
    course_name: Title
    course_id: Omittable[Id] = UNSET
    level_completed: Omittable[Line] = UNSET
    description: Omittable[Text] = UNSET


def download_path(certificate_id: int) -> str:
    """The path of a certificate's PDF."""
    return f"/api/v1/certificates/{certificate_id}/download"


def certificate_out(row: CertificateRow, request: Http) -> CertificateOut:
    """A certificate as its owner and admins see it."""
    return _shown(row, row.user_id, request.app.state.signer.sign(download_path(row.id)))


def _shown(row: CertificateRow, user_id: int | None, file_path: str | None) -> CertificateOut:
    return CertificateOut(
        id=row.id,
        title=row.title,
        user_id=user_id,
        course_id=row.course_id,
        course_name=row.course_name,
        level_completed=row.level_completed,
        description=row.description,
        verification_code=row.verification_code,
        issue_date=row.issue_date,
        is_valid=row.is_valid,
        file_path=file_path,
        full_name=row.holder,
    )


@get("/api/v1/user-progress", tags=["user-progress"])
@work
def list_progress(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[Progress]:
    """The lessons that the caller finished."""
    return queries.progress(tx, actor.id, page(skip, limit))


@get("/api/v1/user-progress/last", opt=RUN_IN_LOOP, tags=["user-progress"])
@work
def read_last_progress(tx: Tx, actor: Actor) -> Progress | None:
    """The lesson that the caller finished last, or null."""
    return queries.last_progress(tx, actor.id)


@post("/api/v1/user-progress/lessons/{lesson_id:int}/complete", status_code=200, tags=["user-progress"])
@work
def complete_lesson(tx: Tx, actor: Actor, lesson_id: PathId) -> Progress:
    """Finish a lesson. The last one of a course issues its certificate."""
    actions.complete_lesson(tx, actor, lesson_id)
    return queries.completion(tx, actor.id, lesson_id)


@get("/api/v1/users/me/next-lesson", tags=["users"])
@work
def next_lesson(tx: Tx, actor: Actor) -> LessonView:
    """The lesson to go on with."""
    return queries.next_lesson(tx, actor)


@get("/api/v1/lessons/continue", tags=["lessons"])
@work
def continue_lesson(tx: Tx, actor: Actor) -> LessonView | None:
    """The lesson to go on with in what the caller has begun, or null."""
    return queries.lesson_to_continue(tx, actor)


@post("/api/v1/users/courses/{course_id:int}/complete", status_code=200, tags=["users"])
@work
def complete_course(tx: Tx, actor: Actor, request: Http, course_id: PathId) -> CertificateOut:
    """The certificate of a course whose lessons are all finished."""
    actions.complete_course(tx, actor, course_id)
    mine = queries.certificate(tx, Certificate.user_id == actor.id, Certificate.course_id == course_id)
    return certificate_out(mine, request)


def _list_of(tx: Tx, request: Http, user_id: int, skip: int, limit: int) -> Listed[CertificateOut]:
    found = queries.certificates(tx, user_id, page(skip, limit))
    return Listed([certificate_out(row, request) for row in found], found.total, found.page)


@get(["/api/v1/certificates/my-certificates", "/api/v1/users/certificates"], tags=["certificates"])
@work
def list_own_certificates(tx: Tx, actor: Actor, request: Http, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CertificateOut]:
    """The caller's certificates."""
    return _list_of(tx, request, actor.id, skip, limit)


@get("/api/v1/certificates/user/{user_id:int}", tags=["certificates"])
@work
def list_certificates_of(
    tx: Tx, actor: Actor, request: Http, user_id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> list[CertificateOut]:
    """Somebody's certificates: for themselves and admins."""
    if actor.id != user_id and not actor.is_admin:
        raise NotFound
    return _list_of(tx, request, user_id, skip, limit)


@post("/api/v1/certificates", opt=needs(Role.ADMIN), tags=["certificates"])
@work
def award_certificate(tx: Tx, request: Http, data: Award) -> CertificateOut:
    """Issue a certificate by hand."""
    made = actions.award_certificate(tx, sent_fields(data))
    return certificate_out(queries.certificate(tx, Certificate.id == made), request)


@get(
    ["/api/v1/certificates/{certificate_id:int}/download", "/api/v1/users/certificates/{certificate_id:int}"],
    opt=SIGNED,
    media_type="application/pdf",
    tags=["certificates"],
)
@work
def download_certificate(db: Database, actor: Actor | None, request: Http, certificate_id: PathId) -> bytes:
    """A certificate's PDF: for its owner, admins, and whoever holds its signed address."""
    with db.read() as tx:
        row = queries.certificate(tx, Certificate.id == certificate_id)
    if actor is not None and actor.id != row.user_id and not actor.is_admin:
        raise NotFound
    settings = request.app.state.settings
    pdf = certificates.pdf_of(row, settings.uploads, settings.public_url)
    name = f'attachment; filename="certificate-{row.verification_code}.pdf"'.encode()
    return RawResponse(pdf, 200, [(b"content-disposition", name)], b"application/pdf")  # type: ignore[return-value]


@get("/api/v1/certificates/{certificate_id:int}/verify/{verification_code:str}", opt=PUBLIC, tags=["certificates"])
@work
def verify_certificate(tx: Tx, certificate_id: PathId, verification_code: FromPath[str]) -> CertificateOut:
    """Whether a certificate was issued here: name, course, date and validity, for anyone."""
    code = rules.read_code(verification_code)
    row = queries.certificate(tx, Certificate.id == certificate_id, Certificate.verification_code == code)
    return _shown(row, None, None)


@get("/verify/{code:str}", opt=PUBLIC | {"page": True}, tags=["certificates"])
@work
def verify_code(tx: Tx, request: Http, code: FromPath[str]) -> CertificateOut:
    """Where a certificate's QR code leads: a page for browsers, JSON for programs."""
    wants_page = "text/html" in request.headers.get("accept", "")
    try:
        row = queries.certificate(tx, Certificate.verification_code == rules.read_code(code))
    except NotFound:
        if not wants_page:
            raise
        return _html(verify_page.render_unknown(), 404)
    return _html(verify_page.render(row), 200) if wants_page else _shown(row, None, None)


def _html(page: str, status: int) -> Any:
    policy = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return RawResponse(page.encode(), status, [(b"content-security-policy", policy)], b"text/html; charset=utf-8")


ROUTES = [
    list_progress,
    read_last_progress,
    complete_lesson,
    next_lesson,
    continue_lesson,
    complete_course,
    list_own_certificates,
    list_certificates_of,
    award_certificate,
    download_certificate,
    verify_certificate,
    verify_code,
]
