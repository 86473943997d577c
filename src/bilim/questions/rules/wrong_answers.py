"""Which wrong answer most test-takers gave: what a question misleads to."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from msgspec import Struct

from bilim.questions.rules.marking import fold


class WrongAnswer(Struct):
    """A wrong answer, as its first writer wrote it, and how many gave it."""

    text: str
    count: int


def most_chosen(wrong: Iterable[str]) -> WrongAnswer | None:
    """The wrong answer that most gave, whatever its spelling; of several the first in the alphabet.

    >>> most_chosen(["red", "Blue", "blue."])
    WrongAnswer(text='Blue', count=2)
    """
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for answer in wrong:
        spellings[fold(answer)].append(answer.strip())
    counts = Counter({form: len(written) for form, written in sorted(spellings.items())})
    return next((WrongAnswer(spellings[form][0], count) for form, count in counts.most_common(1)), None)
