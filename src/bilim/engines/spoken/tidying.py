"""What any text needs before it is read: one kind of apostrophe, no symbols that a voice would spell out."""

import re
import unicodedata

_APOSTROPHES = dict.fromkeys(map(ord, "ʻʼ‘’‛`´′ʹˈ＇"), "'")
"""Uzbek is written with all of these; a voice breaks words at some of them."""
_DASHES = dict.fromkeys(map(ord, "‐‑‒−"), "-")
_KEPT_SYMBOLS = "°№"
_SILENT = {"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"}
"""Categories of characters that nobody reads aloud: emoji and other pictures, control characters, what no character is."""
_SPACES = re.compile(r"[^\S\n]+")


def tidy(text: str) -> str:
    """One spelling for what looks alike. Lines stay, since a voice pauses at their ends."""
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).translate(_DASHES)
    kept = (char if char in _KEPT_SYMBOLS or char == "\n" or unicodedata.category(char) not in _SILENT else " " for char in text)
    return _SPACES.sub(" ", "".join(kept)).strip()


def is_speakable(text: str) -> bool:
    """Whether there is a letter or a digit to read."""
    return any(char.isalnum() for char in text)
