"""What a typeset certificate promises, seen from outside: the PDF file's own records and its bytes."""

import dataclasses
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape

import pytest

from bilim.study.documents.typesetting import CertificateSheet, typeset

SHEET = CertificateSheet(
    holder="Dilnoza Yusupova",
    course="Foundations of Data Analysis",
    title="Certificate of Completion",
    level="Intermediate",
    description="Twelve weeks of coursework and a final examination.",
    issued_on=date(2026, 11, 20),
    code="7KQ4-MX2P-9TDA",
    verify_url="https://bilim.uz/verify/7KQ4-MX2P-9TDA",
)

LONG_WORDS = "Methods and Practice of Research in Education for Teachers of the Regions of Uzbekistan " * 3


def typeset_with(**changes: object) -> bytes:
    return typeset(dataclasses.replace(SHEET, **changes))


def recorded(pdf: bytes, element: str) -> str:
    """The text of one element of the file's XMP metadata, which the file keeps uncompressed."""
    found = re.search(rf"<{element}>(.*?)</{element}>".encode(), pdf, re.DOTALL)
    assert found, f"no {element} in the metadata"
    return unescape(re.sub(r"<[^>]+>", "", found.group(1).decode()))


def fonts_in(pdf: bytes) -> set[str]:
    return {name.decode() for name in re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([A-Za-z]+\d*)", pdf)}


def test_is_one_landscape_a4_page() -> None:
    pdf = typeset(SHEET)

    assert pdf.startswith(b"%PDF-")
    assert recorded(pdf, "xmpTPg:NPages") == "1"
    assert b"/MediaBox[0 0 841.8898 595.2756]" in pdf


def test_is_small_enough_to_send() -> None:
    assert len(typeset(SHEET)) < 200_000


def test_the_file_records_what_it_is() -> None:
    pdf = typeset(SHEET)

    assert recorded(pdf, "dc:title") == "Certificate of Completion · Foundations of Data Analysis · Dilnoza Yusupova"
    assert recorded(pdf, "dc:creator") == "bilim"
    assert recorded(pdf, "dc:language") == "en"
    assert recorded(pdf, "pdf:Keywords") == "7KQ4-MX2P-9TDA"
    assert recorded(pdf, "xmp:CreateDate") == "2026-11-20T00:00:00Z"


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert typeset(SHEET) == typeset(dataclasses.replace(SHEET))


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "Dilnoza Yusupov"},
        {"course": "Foundations of Algebra"},
        {"title": "Certificate of Merit"},
        {"level": None},
        {"description": None},
        {"issued_on": date(2026, 11, 21)},
        {"code": "7KQ4-MX2P-9TDB"},
        {"verify_url": "https://bilim.uz/verify/7KQ4-MX2P-9TDB"},
    ],
)
def test_every_field_is_printed(changes: dict[str, object]) -> None:
    assert typeset_with(**changes) != typeset(SHEET)


def test_the_qr_code_holds_the_query_that_the_printed_address_leaves_out() -> None:
    assert typeset_with(verify_url=SHEET.verify_url + "?lang=uz") != typeset(SHEET)


def test_the_qr_code_is_drawn_not_painted() -> None:
    assert not re.search(rb"/Subtype\s*/Image", typeset(SHEET))


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x")',
        "$x$",
        "*bold* _slanted_ `raw`",
        "back\\slash \\",
        'the "quoted" one',
        "<b>bold</b> <label> &amp;",
        "@reference",
        "// comment /* comment",
        "= Heading",
        "{ [ (",
        "${x} {{x}} %s \\u{41}",
    ],
)
def test_text_is_never_markup(text: str) -> None:
    pdf = typeset_with(holder=text, course=text, title=text, level=text, description=text, code=text)

    assert recorded(pdf, "dc:title") == f"{text} · {text} · {text}"
    assert recorded(pdf, "xmpTPg:NPages") == "1"


@pytest.mark.parametrize(
    "text",
    [
        "  Dilnoza \t Yusupova\r\n",
        "Dilnoza\nYusupova",
        "Dilnoza\u2028Yusupova",
        "Dilnoza\u00a0Yusupova",
        "Dil\u200bnoza\u200d Yusu\u00adpova\ufeff",
        "\u202eDilnoza\u2066 Yusupova\u2069",
        "\x00Dilnoza\x07 Yusupova\x7f",
        "Dilnoza Yusupova\ud800",
        "Dilnoza Yusupova\uffff",
    ],
)
def test_unseen_characters_leave_no_trace(text: str) -> None:
    assert typeset_with(holder=text) == typeset(SHEET)


def test_a_letter_is_the_same_however_it_was_typed() -> None:
    name = "Ўткир Ёқубов"

    assert typeset_with(holder=unicodedata.normalize("NFD", name)) == typeset_with(holder=name)


def test_marks_do_not_climb_over_the_lines_above() -> None:
    assert typeset_with(holder="Zo" + "\u0323" * 60) == typeset_with(holder="Zọ" + "\u0323" * 3)


@pytest.mark.parametrize("absent", ["", " ", "\u200b"])
def test_an_empty_level_or_description_counts_as_none(absent: str) -> None:
    assert typeset_with(level=absent, description=absent) == typeset_with(level=None, description=None)


@pytest.mark.parametrize(
    "name",
    [
        "Oʻgʻiloy Saʼdullayeva",
        "O‘g‘iloy Sa’dullayeva",
        "Ўткир Қодирова-Ғаниева Ҳусниддин қизи",
        "Ёлқин Щербаков",
        "Gökçe Şahin-Müller",
    ],
)
def test_names_of_the_country_are_set_in_one_typeface(name: str) -> None:
    assert fonts_in(typeset_with(holder=name, course=name)) == {"LibertinusSerif"}


@pytest.mark.parametrize("name", ["张伟", "😀👨‍👩‍👧", "محمد", "שלום", "हिन्दी", "\U0001f1fa\U0001f1ff"])
def test_letters_that_the_fonts_lack_do_no_harm(name: str) -> None:
    assert recorded(typeset_with(holder=name, course=name), "xmpTPg:NPages") == "1"


@pytest.mark.parametrize(
    "text",
    [
        LONG_WORDS[:255],
        "W" * 255,
        "Щ" * 255,
        "W " * 127,
        "ll.i- " * 42,
        "… .. « — — ( . " * 17,
        "日" * 255,
    ],
)
def test_the_longest_texts_stay_on_the_one_page(text: str) -> None:
    pdf = typeset_with(holder=text, course=text, title=text, level=text, description=(text * 2)[:500], code=text[:40])

    assert recorded(pdf, "xmpTPg:NPages") == "1"


def test_a_long_address_stays_on_the_one_page() -> None:
    pdf = typeset_with(verify_url="https://certificates.bilim.example.uz/" + "verify/" * 35)

    assert recorded(pdf, "xmpTPg:NPages") == "1"


@pytest.mark.parametrize("issued_on", [date.min, date(1969, 12, 31), date(2028, 2, 29), date.max])
def test_any_date_can_be_printed(issued_on: date) -> None:
    assert recorded(typeset_with(issued_on=issued_on), "xmp:CreateDate").endswith(f"-{issued_on:%m-%d}T00:00:00Z")


def test_threads_do_not_disturb_each_other() -> None:
    names = [f"Student {number}" for number in range(8)]

    def certificate_of(name: str) -> bytes:
        return typeset_with(holder=name)

    alone = [certificate_of(name) for name in names]

    with ThreadPoolExecutor(max_workers=8) as threads:
        together = list(threads.map(certificate_of, names * 4))

    assert together == alone * 4


@pytest.mark.parametrize("part", ["level", "description"])
def test_what_may_be_missing_is_printed_where_it_is_there(part: str) -> None:
    assert typeset_with(**{part: None}) == typeset_with(**{part: ""})
    assert len({typeset_with(**{part: words}) for words in (None, "Intermediate", "Advanced")}) == 3
