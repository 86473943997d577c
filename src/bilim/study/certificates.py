"""The PDF of a certificate: typeset at the first download, then kept."""

import os
import tempfile
from pathlib import Path
from textwrap import shorten

from bilim.study.queries import CertificateRow
from bilim.study.typesetting import CertificateSheet, typeset

_FOLDER_SIZE = 1000
_MAX_DESCRIPTION = 500
"""Characters that the sheet has room for."""


def verify_url(public_url: str, code: str) -> str:
    """The permanent address that the QR code holds; from PUBLIC_URL, never from a request's Host header."""
    return f"{public_url}/verify/{code}"


def pdf_of(certificate: CertificateRow, uploads: Path, public_url: str) -> bytes:
    """The certificate's PDF. What it says never changes after it was issued, so the first one made stays the one."""
    path = _path(certificate, uploads)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return _keep(path, typeset(_sheet(certificate, public_url)))


def _path(certificate: CertificateRow, uploads: Path) -> Path:
    """The name holds the code, so that nobody guesses it."""
    folder = uploads / "certificates" / str(certificate.id // _FOLDER_SIZE)
    return folder / f"{certificate.id}-{certificate.verification_code}.pdf"


def _sheet(certificate: CertificateRow, public_url: str) -> CertificateSheet:
    return CertificateSheet(
        holder=certificate.holder,
        course=certificate.course_name,
        title=certificate.title,
        level=certificate.level_completed,
        description=shorten(certificate.description, _MAX_DESCRIPTION, placeholder=" …") if certificate.description else None,
        issued_on=certificate.issue_date.date(),
        code=certificate.verification_code,
        verify_url=verify_url(public_url, certificate.verification_code),
    )


def _keep(path: Path, pdf: bytes) -> bytes:
    """Write the file whole or not at all: a reader never meets half a certificate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(pdf)
    os.replace(file.name, path)  # noqa: PTH105 - atomic, and the temporary name is a string
    return pdf
