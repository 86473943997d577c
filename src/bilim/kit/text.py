"""Text as people type it: names, sign-in names, phone numbers, search keys."""

import re
import unicodedata

_PHONE_CLUTTER = re.compile(r"[\s\-().]+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_LOCAL_DIGITS = 9
_URL = re.compile(r"(?:https?://[^\s/\\?#]+|/(?![/\\]))[^\x00-\x1f\x7f]*", re.IGNORECASE)


def fold(text: str) -> str:
    """The form under which two spellings of a name count as the same: tidied, compatibility forms and case folded.

    >>> fold("  Ali@Example.COM ") == fold("ali@example.com")
    True
    """
    if text.isascii():
        return tidy(text.casefold())  # what normalising leaves as it is
    # Folding case can undo the composition that normalising made (ß with an accent), hence twice.
    return tidy(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))


def tidy(text: str) -> str:
    """One line of text: white space at the ends dropped, runs of it made one space."""
    return " ".join(text.split())


def split_name(full_name: str) -> tuple[str, str]:
    """First name and the rest, such that joining them with a space gives the tidied name back.

    >>> split_name("Oʻgʻiloy Qodirova Anvar qizi")
    ('Oʻgʻiloy', 'Qodirova Anvar qizi')
    """
    first, _, rest = tidy(full_name).partition(" ")
    return first, rest


def join_name(first_name: str, last_name: str) -> str:
    """The full name of a first and a last name, either of which may be empty."""
    return f"{first_name} {last_name}".strip()


def phone(text: str) -> str | None:
    """A phone number in E.164, or None where the text is no phone number.

    Nine digits are a number in Uzbekistan (CONTRACT section 5): `90 123-45-67` becomes `+998901234567`.
    """
    digits = _PHONE_CLUTTER.sub("", text)
    if digits.isascii() and digits.isdigit():
        digits = "+998" + digits if len(digits) == _LOCAL_DIGITS else "+" + digits
    return digits if _PHONE.fullmatch(digits) and digits.isascii() else None


def url_problem(url: str) -> str | None:
    """What is wrong with an address that is shown as a link or a picture, or None. An empty one is none.

    Only http, https and paths of this server: `javascript:` and `data:` would run as ours, `//host` is a path of somebody else.

    >>> [url_problem(url) for url in ("https://v.example/1", "/uploads/public/1.webp", "javascript:alert(1)", "//v.example")]
    [None, None, 'bad_url', 'bad_url']
    """
    return None if not url or _URL.fullmatch(url) else "bad_url"
