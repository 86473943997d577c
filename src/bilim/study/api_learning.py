"""Progress and certificates in the learning surface's words."""

from datetime import datetime
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, HeaderParameter
from msgspec import Struct

from bilim.catalog.queries.lessons import LessonView
from bilim.db.engine import Tx
from bilim.http.access import SIGNED, may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.pools import Pools
from bilim.http.responses import RawResponse
from bilim.http.urls import Urls
from bilim.http.work import Units, work
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.settings import Settings
from bilim.study import actions
from bilim.study.documents import verify_page
from bilim.study.documents.certificates import download_path, pdf_of
from bilim.study.inputs import CertificateInput
from bilim.study.queries import certificates, progress
from bilim.study.queries.certificates import CertificateView
from bilim.study.queries.progress import CompletionView

Accept = Annotated[str, HeaderParameter(name="accept", description="Browsers, which accept text/html, get a page.")]


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


def _certificate_out(view: CertificateView, urls: Urls) -> CertificateOut:
    """A certificate as its owner and admins see it."""
    return _shown(view, view.user_id, urls.signed_path(download_path(view.id)))


def _shown(view: CertificateView, user_id: int | None = None, file_path: str | None = None) -> CertificateOut:
    return CertificateOut(
        id=view.id,
        title=view.title,
        user_id=user_id,
        course_id=view.course_id,
        course_name=view.course_name,
        level_completed=view.level_completed,
        description=view.description,
        verification_code=view.verification_code,
        issue_date=view.issue_date,
        is_valid=view.is_valid,
        file_path=file_path,
        full_name=view.holder,
    )


@get("/api/v1/user-progress", opt=may(progress.completions), tags=["user-progress"])
@work
def list_progress(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CompletionView]:
    """The lessons that the caller finished."""
    return progress.completions(tx, actor, page(skip, limit))


@get("/api/v1/user-progress/last", opt=may(progress.last_completion), tags=["user-progress"])
@work
def read_last_progress(tx: Tx, actor: Actor) -> CompletionView | None:
    """The lesson that the caller finished last, or null."""
    return progress.last_completion(tx, actor)


@post(
    "/api/v1/user-progress/lessons/{lesson_id:int}/complete",
    status_code=200,
    opt=may(actions.complete_lesson),
    tags=["user-progress"],
)
@work
def complete_lesson(tx: Tx, actor: Actor, lesson_id: PathId) -> CompletionView:
    """Finish a lesson. The last one of a course issues its certificate."""
    return actions.complete_lesson(tx, actor, lesson_id).completion


@get("/api/v1/users/me/next-lesson", opt=may(progress.next_lesson), tags=["users"])
@work
def next_lesson(tx: Tx, actor: Actor) -> LessonView:
    """The lesson to go on with."""
    return progress.next_lesson(tx, actor)


@get("/api/v1/lessons/continue", opt=may(progress.lesson_to_continue), tags=["lessons"])
@work
def continue_lesson(tx: Tx, actor: Actor) -> LessonView | None:
    """The lesson to go on with in what the caller has begun, or null."""
    return progress.lesson_to_continue(tx, actor)


@post("/api/v1/users/courses/{course_id:int}/complete", status_code=200, opt=may(actions.complete_course), tags=["users"])
@work
def complete_course(tx: Tx, actor: Actor, urls: Urls, course_id: PathId) -> CertificateOut:
    """The certificate of a course whose lessons are all finished."""
    actions.complete_course(tx, actor, course_id)
    return _certificate_out(certificates.own_certificate_of_course(tx, actor, course_id), urls)


@get(
    ["/api/v1/certificates/my-certificates", "/api/v1/users/certificates"],
    opt=may(certificates.own_certificates),
    tags=["certificates"],
)
@work
def list_own_certificates(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CertificateOut]:
    """The caller's certificates."""
    return certificates.own_certificates(tx, actor, page(skip, limit)).map(lambda view: _certificate_out(view, urls))


@get("/api/v1/certificates/user/{user_id:int}", opt=may(certificates.certificates_of), tags=["certificates"])
@work
def list_certificates_of(
    tx: Tx, actor: Actor, urls: Urls, user_id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[CertificateOut]:
    """Somebody's certificates: for themselves and admins."""
    return certificates.certificates_of(tx, actor, user_id, page(skip, limit)).map(lambda view: _certificate_out(view, urls))


@post("/api/v1/certificates", opt=may(actions.award_certificate), tags=["certificates"])
@work
def award_certificate(tx: Tx, actor: Actor, urls: Urls, data: CertificateInput) -> CertificateOut:
    """Issue a certificate by hand."""
    return _certificate_out(certificates.own_certificate(tx, actor, actions.award_certificate(tx, actor, data)), urls)


@get(
    [
        "/api/v1/certificates/{certificate_id:int}/download",
        "/api/v1/users/certificates/{certificate_id:int}",
        "/api/certificates/{certificate_id:int}/download",
    ],
    opt=may(certificates.own_certificate) | SIGNED,
    media_type="application/pdf",
    tags=["certificates"],
)
@work
async def download_certificate(units: Units, actor: Actor | None, pools: Pools, settings: Settings, certificate_id: PathId) -> RawResponse:
    """A certificate's PDF: for its owner, admins, and whoever holds its signed address."""
    if actor is None:  # let in by the signature
        view = await units.read(certificates.issued_certificate, certificate_id)
    else:
        view = await units.read(certificates.own_certificate, actor, certificate_id)
    pdf = await pools.files.run(pdf_of, view, settings.uploads, settings.site_url)
    name = f'attachment; filename="certificate-{view.verification_code}.pdf"'.encode()
    return RawResponse(pdf, 200, [(b"content-disposition", name)], b"application/pdf")


@get(
    "/api/v1/certificates/{certificate_id:int}/verify/{verification_code:str}",
    opt=may(certificates.certificate_by_code),
    tags=["certificates"],
)
@work
def verify_certificate(tx: Tx, certificate_id: PathId, verification_code: FromPath[str]) -> CertificateOut:
    """Whether a certificate was issued here: name, course, date and validity, for anyone."""
    return _shown(certificates.certificate_by_code(tx, verification_code, certificate_id))


@get("/verify/{code:str}", opt=may(certificates.certificate_by_code) | {"page": True}, tags=["certificates"])
@work
def verify_code(tx: Tx, code: FromPath[str], accept: Accept = "") -> CertificateOut | RawResponse:
    """Where a certificate's QR code leads: a page for browsers, JSON for programs."""
    wants_page = "text/html" in accept
    try:
        view = certificates.certificate_by_code(tx, code)
    except NotFound:
        if not wants_page:
            raise
        return _html(verify_page.render_unknown(), 404)
    return _html(verify_page.render(view), 200) if wants_page else _shown(view)


def _html(page: str, status: int) -> RawResponse:
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
