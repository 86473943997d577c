"""What feedback on texts needs from outside."""

from typing import Protocol


class Lexicon(Protocol):
    """English words as they are spelled. Words are asked for in lower case, with straight apostrophes."""

    def knows(self, word: str, /) -> bool:
        """Whether there is such a word, in American or British spelling."""
        ...

    def is_rare(self, word: str, /) -> bool:
        """Whether a known word is outside the few thousand that are met most often."""
        ...

    def suggestions(self, word: str, /) -> list[str]:
        """Known words a letter away, the most frequent first; three at most."""
        ...
