"""Pairs of English sounds that learners mix up, and what a word sounds like when they do.

Only declared pairs are listened for. Whether a sound was replaced by a named other one can be told; which of all sounds it was cannot.
"""

from msgspec import Struct

from bilim.engines.spelling import Phones


class Contrast(Struct, frozen=True):
    """A sound, and what some learners say instead, each way where `is_mutual`."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    """The sound of the text, and the other one."""
    is_mutual: bool = False
    is_final: bool = False
    """Whether it counts at the ends of words alone."""


CONTRASTS = {
    contrast.name: contrast
    for contrast in (
        Contrast("w-v", (("W", "V"),), is_mutual=True),
        Contrast("th-s", (("TH", "S"),)),
        Contrast("th-t", (("TH", "T"),)),
        Contrast("dh-z", (("DH", "Z"),)),
        Contrast("dh-d", (("DH", "D"),)),
        Contrast("ship-sheep", (("IH", "IY"),), is_mutual=True),
        Contrast("man-men", (("AE", "EH"),), is_mutual=True),
        Contrast("full-fool", (("UH", "UW"),), is_mutual=True),
        Contrast("cut-cat", (("AH", "AE"),)),
        Contrast("ng-n", (("NG", "N"),)),
        Contrast("final-voicing", (("B", "P"), ("D", "T"), ("G", "K"), ("V", "F"), ("Z", "S"), ("JH", "CH")), is_final=True),
    )
}


def replaced(phones: Phones, contrast: Contrast) -> tuple[Phones, str, str] | None:
    """A word's sounds with the first sound of a contrast replaced, the sound, and what it became; None where the word has no such sound."""
    pairs = contrast.pairs + (tuple((other, sound) for sound, other in contrast.pairs) if contrast.is_mutual else ())
    others = dict(pairs)
    places = range(len(phones) - 1, len(phones)) if contrast.is_final else range(len(phones))
    for place in places:
        if other := others.get(phones[place]):
            return (*phones[:place], other, *phones[place + 1 :]), phones[place], other
    return None
