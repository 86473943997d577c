"""The PDF of a certificate: typeset at the first download, then kept."""

import os
import tempfile
from pathlib import Path
from textwrap import shorten

from bilim.study.documents.typesetting import CertificateSheet, typeset
from bilim.study.queries.certificates import CertificateView

_FOLDER_SIZE = 1000
_MAX_DESCRIPTION = 500
"""Characters that the sheet has room for."""


def download_path(certificate_id: int) -> str:
    """The path of a certificate's PDF, to be signed."""
    return f"/api/v1/certificates/{certificate_id}/download"


def verify_url(site_url: str, code: str) -> str:
    """The permanent address that the QR code holds.

    Args:
        site_url: `Settings.site_url`, never a request's Host header, which the caller chooses.
        code: the verification code.
    """
    return f"{site_url}/verify/{code}"


def pdf_of(certificate: CertificateView, uploads: Path, site_url: str) -> bytes:
    """The certificate's PDF. What it says never changes after it was issued, so the first one made stays the one.

    Takes tens of milliseconds of a core where it is made: not for the event loop, nor for a transaction.
    """
    path = _path(certificate, uploads)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return _keep(path, typeset(_sheet(certificate, site_url)))


def _path(certificate: CertificateView, uploads: Path) -> Path:
    """The name holds the code, so that nobody guesses it."""
    folder = uploads / "certificates" / str(certificate.id // _FOLDER_SIZE)
    return folder / f"{certificate.id}-{certificate.verification_code}.pdf"


def _sheet(certificate: CertificateView, site_url: str) -> CertificateSheet:
    return CertificateSheet(
        holder=certificate.holder,
        course=certificate.course_name,
        title=certificate.title,
        level=certificate.level_completed,
        description=shorten(certificate.description, _MAX_DESCRIPTION, placeholder=" …") if certificate.description else None,
        issued_on=certificate.issue_date.date(),
        code=certificate.verification_code,
        verify_url=verify_url(site_url, certificate.verification_code),
    )


def _keep(path: Path, pdf: bytes) -> bytes:
    """Write the file whole or not at all: a reader never meets half a certificate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(pdf)
    os.replace(file.name, path)  # noqa: PTH105 - atomic, and the temporary name is a string
    return pdf
