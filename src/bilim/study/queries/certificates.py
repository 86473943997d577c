"""Reads of certificates."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import select_into
from bilim.kit.access import internal, public, signed_in
from bilim.kit.actors import Actor
from bilim.kit.codes import read_code
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.study.models import Certificate


class CertificateView(Struct):
    """A certificate as issued."""

    id: int
    user_id: int
    course_id: int | None
    holder: str
    title: str
    course_name: str
    level_completed: str | None
    description: str | None
    verification_code: str
    issue_date: datetime
    is_valid: bool


_CERTIFICATE = select_into(
    CertificateView,
    id=Certificate.id,
    user_id=Certificate.user_id,
    course_id=Certificate.course_id,
    holder=Certificate.holder,
    title=Certificate.title,
    course_name=Certificate.course_name,
    level_completed=Certificate.level_completed,
    description=Certificate.description,
    verification_code=Certificate.verification_code,
    issue_date=Certificate.issue_date,
    is_valid=Certificate.is_valid,
)
_OF_PERSON = _CERTIFICATE.where(Certificate.user_id == bindparam("user_id"))
_LIST_OF_PERSON = ListQuery(_OF_PERSON.order_by(Certificate.id))


@signed_in
def own_certificates(tx: Tx, actor: Actor, page: Page) -> RowStream[CertificateView]:
    """The actor's certificates, by id."""
    return paginate(tx, _LIST_OF_PERSON, page, {"user_id": actor.id})


@signed_in
def certificates_of(tx: Tx, actor: Actor, user_id: int, page: Page) -> RowStream[CertificateView]:
    """Somebody's certificates, by id: one's own, and for admins everyone's.

    Raises:
        NotFound: somebody else's.
    """
    if user_id != actor.id and not actor.is_admin:
        raise NotFound
    return paginate(tx, _LIST_OF_PERSON, page, {"user_id": user_id})


@signed_in
def own_certificate(tx: Tx, actor: Actor, certificate_id: int) -> CertificateView:
    """One of the actor's certificates; for admins any.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    wanted = _CERTIFICATE if actor.is_admin else _CERTIFICATE.where(Certificate.user_id == actor.id)
    return tx.fetch_one(wanted.where(Certificate.id == certificate_id))


@signed_in
def own_certificate_of_course(tx: Tx, actor: Actor, course_id: int) -> CertificateView:
    """The actor's certificate of a course.

    Raises:
        NotFound: they have none.
    """
    return tx.fetch_one(_OF_PERSON.where(Certificate.course_id == course_id), {"user_id": actor.id})


@internal
def issued_certificate(tx: Tx, certificate_id: int) -> CertificateView:
    """Any certificate: for whoever shows its signed address.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_CERTIFICATE.where(Certificate.id == certificate_id))


@public
def certificate_by_code(tx: Tx, code: str, certificate_id: int | None = None) -> CertificateView:
    """The certificate of a verification code as somebody typed it. Whoever has the code may know what it says.

    Raises:
        NotFound: it was never issued here, or under another id.
    """
    wanted = _CERTIFICATE.where(Certificate.verification_code == read_code(code))
    return tx.fetch_one(wanted if certificate_id is None else wanted.where(Certificate.id == certificate_id))
