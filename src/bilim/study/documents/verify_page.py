"""The page that somebody sees who scans a certificate's QR code."""

from html import escape
from importlib.resources import files
from string import Template

from bilim.study.queries.certificates import CertificateView


def render(certificate: CertificateView) -> str:
    """The page of a certificate that was issued here: name, course, date and whether it is valid (CONTRACT section 8)."""
    return _page().substitute(
        state="valid" if certificate.is_valid else "revoked",
        verdict="Haqiqiy sertifikat · Valid certificate" if certificate.is_valid else "Bekor qilingan · Revoked",
        holder=escape(certificate.holder),
        course=escape(certificate.course_name),
        date=certificate.issue_date.strftime("%d.%m.%Y"),
        code=escape(certificate.verification_code),
    )


def render_unknown() -> str:
    """The page for a code that was never issued here."""
    return _page().substitute(
        state="revoked", verdict="Bunday sertifikat yoʻq · No such certificate", holder="—", course="—", date="—", code="—"
    )


def _page() -> Template:
    return Template(files("bilim.study.documents").joinpath("verify.html").read_text("utf8"))
