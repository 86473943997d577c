"""Finding what the school itself knows about a question: its words and the parts of its lessons. No I/O."""

import re
from collections.abc import Iterable, Sequence

from bilim.kit.text import fold, tidy
from bilim.tutor.protocols import KnownWord, Passage

MAX_TERMS = 24
"""Words of a question that are looked up."""
MOST_PASSAGES = 3
MOST_WORDS = 8
PASSAGE_CHARS = 600
LESSON_CHARS = 20_000
"""Of a lesson's text, as much is searched."""

_WORD = re.compile(r"\w+(?:['’ʻʼ‘`]\w+)*")
_SIGNS = "ʻ'‘’"
_SIGN = re.compile("['’ʻʼ‘`]")
_MARKUP = re.compile(r"<[^>]{0,500}>|[#*_`>|]+")
_PART = re.compile(r"\n\s*\n|\r\n\s*\r\n")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_COMMON = frozenset(
    [
        "a", "about", "an", "and", "are", "as", "at", "be", "by", "can", "could", "do", "does", "explain", "for", "from", "give", "help",
        "how", "i", "in", "is", "it", "me", "mean", "meaning", "means", "my", "of", "on", "or", "please", "say", "tell", "that", "the",
        "this", "to", "translate", "use", "was", "we", "what", "when", "where", "which", "who", "why", "with", "word", "you", "your",
        "bu", "bilan", "degani", "haqida", "ham", "men", "menga", "nega", "nima", "qachon", "qanday", "qaysi", "so'z", "uchun",
        "va",
        "в", "и", "как", "какой", "мне", "на", "о", "об", "по", "почему", "с", "слово", "такое", "что", "это", "я",
    ]
)  # fmt: skip
"""Words that every question has; a lesson is not about them."""


def terms_of(question: str) -> list[str]:
    """The words of a question that say what it is about, folded.

    >>> terms_of("What does the word “Although” mean in English?")
    ['although', 'english']
    """
    found = dict.fromkeys(word for word in _WORD.findall(_key(question)) if word not in _COMMON and len(word) > 1)
    return list(found)[:MAX_TERMS]


def phrases_of(question: str) -> list[str]:
    """The runs of one to three words in a question, folded, and as they were typed: a catalogue has phrases too.

    >>> phrases_of("look for")
    ['look', 'for', 'look for']
    """
    found: dict[str, None] = {}
    for text in (fold(question), question):
        words = _WORD.findall(text)[: 2 * MAX_TERMS]
        for length in (1, 2, 3):
            for at in range(len(words) - length + 1):
                found.update(dict.fromkeys(_spellings(" ".join(words[at : at + length]))))
    return list(found)


def _spellings(phrase: str) -> list[str]:
    """A phrase with each of the signs that people type for the one in `oʻ`."""
    return [_SIGN.sub(sign, phrase) for sign in _SIGNS] if _SIGN.search(phrase) else [phrase]


def _key(text: str) -> str:
    """A text folded, with one sign for all of those."""
    return _SIGN.sub("'", fold(text))


def best_words(found: Iterable[KnownWord], question: str) -> tuple[KnownWord, ...]:
    """The words that were asked for, in the order in which the question has them; each once."""
    text = f" {' '.join(_WORD.findall(_key(question)))} "
    terms = set(terms_of(question))

    def place(word: KnownWord) -> int:
        places = [text.find(f" {_key(each)} ") for each in (word.word, word.translation)]
        return min((at for at in places if at >= 0), default=len(text))

    once = {(_key(word.word), _key(word.translation)): word for word in found}
    wanted = [word for word in once.values() if terms & set(_WORD.findall(_key(f"{word.word} {word.translation}")))]
    return tuple(sorted(wanted, key=lambda word: (place(word), word.word)))[:MOST_WORDS]


def best_passages(lessons: Sequence[tuple[str, str]], question: str, *, preferred: str | None = None) -> tuple[Passage, ...]:
    """The parts of lessons that have most of a question's words.

    Args:
        lessons: titles and texts.
        preferred: the title of the lesson that is talked about; its parts come first among equals, and its beginning where nothing fits.
    """
    terms = terms_of(question)
    scored: list[tuple[float, int, Passage]] = []
    for title, content in lessons:
        in_title = sum(term in _key(title) for term in terms)
        for part in _parts(content):
            words = set(_WORD.findall(_key(part)))
            hits = sum(1 for term in terms if term in words or _has_stem(term, words))
            if hits or (in_title and part):
                scored.append((hits + in_title / 2 + (0.4 if title == preferred else 0), len(scored), Passage(title, _cut(part, terms))))
    scored.sort(key=lambda each: (-each[0], each[1]))
    enough = scored[0][0] / 2 if scored else 0
    found = tuple(passage for score, _, passage in scored[:MOST_PASSAGES] if score > enough)
    if found or preferred is None:
        return found
    return tuple(Passage(title, _cut(part, [])) for title, content in lessons if title == preferred for part in _parts(content)[:1])


def _has_stem(term: str, words: set[str]) -> bool:
    """Whether a longer word begins as the term does: Uzbek and Russian put endings to words."""
    stem = term[: max(4, len(term) - 2)]
    return len(term) >= 5 and any(word.startswith(stem) for word in words)


def _parts(content: str) -> list[str]:
    return [part for each in _PART.split(content[:LESSON_CHARS]) if (part := tidy(_MARKUP.sub(" ", each)))]


def _cut(part: str, terms: list[str]) -> str:
    """A part as long as allowed, around its first sentence with one of the terms."""
    if len(part) <= PASSAGE_CHARS:
        return part
    sentences = _SENTENCE.split(part)
    begin = next((at for at, sentence in enumerate(sentences) if any(term in _key(sentence) for term in terms)), 0)
    kept = " ".join(sentences[begin:])
    return kept if len(kept) <= PASSAGE_CHARS else kept[: PASSAGE_CHARS - 1].rsplit(" ", 1)[0] + "…"
