"""Typesets the certificate of a course: what the page says in, the PDF file out."""

import datetime
import io
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import segno
import typst

_TEMPLATE: Final = Path(__file__).with_name("certificate.typ")

# Only the fonts inside the typst wheel, so that every machine sets the same page. Read once: each reading takes milliseconds.
_FONTS: Final = typst.Fonts(include_system_fonts=False)

# English month names whatever the locale of the process: strftime("%B") follows the locale.
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

# Writing systems stack up to three marks on a letter; text made of dozens of them would climb over the lines above it.
_MARKS_ON_A_LETTER: Final = 3


@dataclass(frozen=True, slots=True)
class CertificateSheet:
    """What a certificate says: all text as printed.

    Text is plain: nothing in it is markup. Line breaks and tabs become spaces; control, zero-width and direction characters are
    dropped. `holder` and `course` fit on the page up to 255 characters, `description` up to 500. An empty `level` or `description`
    counts as none. Latin, Cyrillic and Greek are covered; a character that the fonts lack prints as an empty box.
    """

    holder: str
    """The person's name."""
    course: str
    """The course's name."""
    title: str
    """What the document calls itself, for example "Certificate of Completion"."""
    level: str | None
    description: str | None
    issued_on: datetime.date
    code: str
    """The verification code, grouped as it should be printed."""
    verify_url: str
    """The absolute URL in the QR code, kept as it is. Printed beside it without scheme, query and fragment.

    Keep it under 120 characters: the code is 27 mm wide, and a longer URL makes its dots too small for a poor camera or print.
    """


def typeset(sheet: CertificateSheet) -> bytes:
    """The certificate as a PDF file of one A4 landscape page.

    The same sheet gives the same bytes, whatever the clock, the locale and the fonts of the machine; a newer typst or segno may not.

    Blocks for tens of milliseconds, so an event loop should call it in a thread; any number of threads may.
    Raises `segno.DataOverflowError` for a URL too long for any QR code (over 2,331 bytes).
    """
    # A compiler for each call: one shared by threads raises "Already borrowed", and a new one costs about a millisecond.
    return typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=_FONTS,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"sheet": json.dumps(_as_template_reads(sheet))},
        timestamp=0,  # the clock is never asked; the file carries the date of issue, which the template sets
    )


def _as_template_reads(sheet: CertificateSheet) -> dict[str, object]:
    title, course, holder = _printed(sheet.title), _printed(sheet.course), _printed(sheet.holder)
    issued = sheet.issued_on
    return {
        "title": title,
        "course": course,
        "holder": holder,
        "level": _printed(sheet.level or "") or None,
        "description": _printed(sheet.description or "") or None,
        "issued": {"year": issued.year, "month": issued.month, "day": issued.day},
        "issued_on": f"{issued.day} {_MONTHS[issued.month - 1]} {issued.year}",
        "code": _printed(sheet.code),
        "verify_url": sheet.verify_url,
        "address": _printed(_short_address(sheet.verify_url)),
        "qr": _qr_drawing(sheet.verify_url),
        "document_title": f"{title} · {course} · {holder}",
    }


def _printed(text: str) -> str:
    """`text` as one line: composed letters (NFC), single spaces, and no character that is invisible or steers those around it."""
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or not unicodedata.category(c).startswith("C"))
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", visible):
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= _MARKS_ON_A_LETTER:
            kept.append(character)
    return " ".join("".join(kept).split())


def _short_address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/")


def _qr_drawing(url: str) -> str:
    """An SVG drawing of the QR code, black on nothing, with the four modules of quiet space that readers expect around it."""
    drawing = io.BytesIO()
    segno.make(url, micro=False, error="m", encoding="utf-8").save(drawing, kind="svg", xmldecl=False, border=4)
    return drawing.getvalue().decode("ascii")
