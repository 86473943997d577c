"""How English words sound: by the dictionary, and those that it lacks by the rules of espeak-ng, which is under the GPL (ADR 31)."""

import ctypes
import re
from collections.abc import Iterable
from typing import Any

from bilim.engines.refusals import Refused
from bilim.engines.spoken import spoken

Phones = tuple[str, ...]
"""Sounds by their names in the CMU dictionary, such as `SH IH P`."""

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼʻ‘`´", "'"))
_FOREIGN = re.compile(r"[^\W\d_a-z]")
"""A letter that English does not have."""
_ACCENTS = str.maketrans("éèêëàâáäïîíöôóüûúçñ", "eeeeaaaaiiiooouuucn")

_SOUNDS = {
    "iː": ("IY",), "i": ("IY",), "ɪ": ("IH",), "ᵻ": ("IH",), "ɛ": ("EH",), "e": ("EH",), "æ": ("AE",), "a": ("AE",), "ɑː": ("AA",),
    "ɑ": ("AA",), "ɒ": ("AA",), "ɔː": ("AO",), "ɔ": ("AO",), "oː": ("AO",), "oʊ": ("OW",), "o": ("OW",), "ʊ": ("UH",), "uː": ("UW",),
    "u": ("UW",), "ʌ": ("AH",), "ə": ("AH",), "ɐ": ("AH",), "ɜː": ("ER",), "ɜ": ("ER",), "ɚ": ("ER",), "aɪ": ("AY",), "aʊ": ("AW",),
    "eɪ": ("EY",), "ɔɪ": ("OY",), "aɪə": ("AY", "AH"), "aɪɚ": ("AY", "ER"), "iə": ("IY", "AH"), "tʃ": ("CH",), "dʒ": ("JH",),
    "p": ("P",), "b": ("B",), "t": ("T",), "ɾ": ("T",), "ʔ": ("T",), "d": ("D",), "k": ("K",), "ɡ": ("G",), "g": ("G",), "x": ("K",),
    "f": ("F",), "v": ("V",), "θ": ("TH",), "ð": ("DH",), "s": ("S",), "z": ("Z",), "ʃ": ("SH",), "ʒ": ("ZH",), "h": ("HH",),
    "m": ("M",), "n": ("N",), "ŋ": ("NG",), "l": ("L",), "ɹ": ("R",), "r": ("R",), "j": ("Y",), "w": ("W",),
    "n\u0329": ("AH", "N"), "l\u0329": ("AH", "L"), "əl": ("AH", "L"), "ən": ("AH", "N"),
}  # fmt: skip
"""espeak-ng's signs for American English, the longest that fits first."""
_LONGEST = max(map(len, _SOUNDS))
_SYNCHRONOUS, _DO_NOT_EXIT, _UTF_8, _AS_IPA = 2, 0x8000, 1, 2


def words_of(text: str) -> list[str]:
    """The words of an English text as the dictionary writes them; numbers are words, punctuation is none.

    Raises:
        Refused: `not_english`: a letter of another alphabet, or no word at all.

    >>> words_of("It’s 7 o'clock — wake up!")
    ["it's", 'seven', "o'clock", 'wake', 'up']
    """
    plain = spoken(text.translate(_APOSTROPHES), "en").translate(_APOSTROPHES).lower().translate(_ACCENTS)
    words = [word.rstrip("'") for word in _WORD.findall(plain)]
    if not words or _FOREIGN.search(plain):
        raise Refused("not_english")
    return words


def phones_of_ipa(ipa: str) -> Phones:
    """Sounds of a word that espeak-ng wrote; stress and unknown signs are left out."""
    signs = re.sub(r"[ˈˌ\s‍_|-]", "", ipa)
    phones: list[str] = []
    place = 0
    while place < len(signs):
        for size in range(_LONGEST, 0, -1):
            if found := _SOUNDS.get(signs[place : place + size]):
                phones += found
                place += size
                break
        else:
            place += 1
    return tuple(phones)


class Rules:
    """espeak-ng's rules of reading American English, loaded when a word first needs them."""

    def __init__(self) -> None:
        self._library: Any = None

    def phones(self, word: str) -> Phones:
        """How a word that no dictionary has is read.

        Raises:
            Refused: `unknown_words`: the rules are not installed, or make no sound of it.
        """
        library = self._loaded(word)
        text = ctypes.c_char_p(word.encode())
        read = ctypes.cast(ctypes.pointer(text), ctypes.POINTER(ctypes.c_void_p))
        ipa: bytes | None = library.espeak_TextToPhonemes(read, _UTF_8, _AS_IPA)
        phones = phones_of_ipa((ipa or b"").decode())
        if not phones:
            raise unknown_words([word])
        return phones

    def _loaded(self, word: str) -> Any:
        if self._library is None:
            try:
                import espeakng_loader
            except ImportError:
                raise unknown_words([word]) from None
            library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
            library.espeak_TextToPhonemes.restype = ctypes.c_char_p
            library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _DO_NOT_EXIT)
            library.espeak_SetVoiceByName(b"en-us")
            self._library = library
        return self._library


def unknown_words(words: Iterable[str]) -> Refused:
    """The refusal of words whose sounds are not known."""
    return Refused("unknown_words", words=", ".join(words))
