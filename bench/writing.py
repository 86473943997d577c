"""How much of a core feedback on an answer takes, and what the rules find: `python -m bench.writing`."""

import time
import tomllib
from pathlib import Path
from statistics import median

from bilim.providers.lexicon import EnglishLexicon
from bilim.writing.rules.bounds import MAX_TEXT
from bilim.writing.rules.grammar import flags
from bilim.writing.rules.report import report
from bilim.writing.rules.tokens import sentences

_SENTENCES = Path(__file__).parents[1] / "tests" / "writing" / "sentences.toml"
_WORST = ("a ", "i ", "é ", "😀", "i am ", "the ", "more ", ", ", "but he go, ", "qzx vbn ", "beautifull ", '"')
_TIMES = 5


def _milliseconds(text: str, lexicon: EnglishLexicon) -> float:
    """The median of some runs, in milliseconds of a core."""
    taken: list[float] = []
    for _ in range(_TIMES):
        began = time.process_time()
        report(text, text, lexicon, is_english=True)
        taken.append((time.process_time() - began) * 1000)
    return median(taken)


def main() -> None:
    """Print the figures."""
    lexicon = EnglishLexicon()
    began = time.process_time()
    lexicon.knows("a")
    print(f"reading the dictionary, once a process: {(time.process_time() - began) * 1000:.0f} ms")
    written = tomllib.loads(_SENTENCES.read_text("utf8"))
    print("\nsentences, and how many of them are flagged:")
    for name, texts in written.items():
        print(f"  {name:14} {len(texts):4} {sum(bool(flags(sentences(text))) for text in texts):4}")
    essay = " ".join([*written["right"], *written["wrong"]])
    print("\nmilliseconds of a core:")
    for size in (100, 500, 2_000, MAX_TEXT):
        text = (essay + " ") * (1 + size // len(essay))
        print(f"  {size:6} characters of sentences    {_milliseconds(text[:size], lexicon):7.1f}")
    for part in _WORST:
        print(f"  {MAX_TEXT:6} characters of {part!r:14} {_milliseconds((part * MAX_TEXT)[:MAX_TEXT], lexicon):7.1f}")


if __name__ == "__main__":
    main()
