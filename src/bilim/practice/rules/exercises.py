"""Making exercises of words and lessons. The same seed makes the same exercises of the same material, in any process.

What is shown of an exercise (`prompt`, `items`, `options`) and what solves it (`solution`) are kept apart: views take the former alone.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import chain, islice, zip_longest
from typing import Literal, TypeVar, get_args

from msgspec import Struct

from bilim.kit.text import fold
from bilim.practice.rules.sentences import sentences

T = TypeVar("T")

Kind = Literal["choose", "spell", "match", "order"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_EXERCISES = 40
"""How many exercises one seed gives."""
MAX_WORDS = 80
"""How many words a set of exercises is made of."""
MAX_LESSONS = 8
"""How many lessons sentences are taken from."""
_OPTIONS = 4
_PAIRS = 4
_FEWEST_PAIRS = 2


class TaughtWord(Struct, frozen=True):
    """A word that exercises may ask about."""

    id: int
    course_id: int
    lesson_id: int
    word: str
    translation: str


class LessonText(Struct, frozen=True):
    """A lesson whose sentences exercises may ask about."""

    id: int
    content: str


class Material(Struct, frozen=True):
    """What exercises are made of, all of it open to whoever gets them."""

    words: Sequence[TaughtWord] = ()
    lessons: Sequence[LessonText] = ()


class Exercise(Struct, frozen=True, kw_only=True):
    """An exercise with its solution.

    `choose`: which of `options` translates `prompt`. `spell`: the word whose translation is `prompt`. `match`: to each of `items` its
    translation among `options`. `order`: `options` as a sentence.
    """

    kind: Kind
    lesson_id: int
    refs: tuple[int, ...]
    """The asked words' ids; of `order` the lesson's id and the sentence's number."""
    prompt: str | None = None
    items: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    solution: tuple[str, ...]

    @property
    def word_ids(self) -> tuple[int, ...]:
        """The words that it asks about."""
        return () if self.kind == "order" else self.refs

    @property
    def content(self) -> tuple[object, ...]:
        """What it asks and what solves it, without the options, which are drawn from other words too."""
        return self.lesson_id, self.prompt, self.items, self.solution


def choosing(word: TaughtWord, options: tuple[str, ...] = ()) -> Exercise:
    """To choose a word's translation."""
    solution = (word.translation,)
    return Exercise(kind="choose", lesson_id=word.lesson_id, refs=(word.id,), prompt=word.word, options=options, solution=solution)


def spelling(word: TaughtWord) -> Exercise:
    """To write the word that a translation translates."""
    return Exercise(kind="spell", lesson_id=word.lesson_id, refs=(word.id,), prompt=word.translation, solution=(word.word,))


def matching(words: Sequence[TaughtWord], options: tuple[str, ...] = ()) -> Exercise:
    """To match words with their translations."""
    return Exercise(
        kind="match",
        lesson_id=words[0].lesson_id,
        refs=tuple(word.id for word in words),
        items=tuple(word.word for word in words),
        options=options,
        solution=tuple(word.translation for word in words),
    )


def ordering(lesson_id: int, number: int, parts: tuple[str, ...], options: tuple[str, ...] = ()) -> Exercise:
    """To put the words of a sentence in order."""
    return Exercise(kind="order", lesson_id=lesson_id, refs=(lesson_id, number), options=options, solution=parts)


def starting_point(seed: int, highest: int, what: str) -> int:
    """From which id on material is taken, from 1 to `highest`."""
    return 1 + _rank(seed, what) % max(1, highest)


class _Term(Struct, frozen=True):
    """A word with its texts as they are compared, folded once."""

    taught: TaughtWord
    word: str
    translation: str


def compose(seed: int, kind: Kind | None, material: Material) -> list[Exercise]:
    """The exercises of a seed: of one kind, or of all kinds in turn."""
    words = _mixed(seed, "word", material.words, lambda word: word.id)
    terms = [_Term(word, fold(word.word), fold(word.translation)) for word in words]
    makers: dict[Kind, Iterator[Exercise]] = {
        "choose": _choices(seed, terms),
        "spell": _spellings(terms),
        "match": _matches(seed, terms),
        "order": _orders(seed, material.lessons),
    }
    wanted = [islice(maker, MAX_EXERCISES) for name, maker in makers.items() if kind in (None, name)]
    in_turn = (exercise for round_ in zip_longest(*wanted) for exercise in round_ if exercise is not None)
    return list(islice(in_turn, MAX_EXERCISES))


def _rank(seed: int, what: str, key: object = "") -> int:
    """A number that looks random and is the same everywhere, unlike `random`, whose sequences may change between versions."""
    return int.from_bytes(blake2b(f"{seed} {what} {key}".encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _mixed(seed: int, what: str, things: Sequence[T], key: Callable[[T], object]) -> list[T]:
    """Things in an order that the seed decides."""
    return sorted(things, key=lambda thing: _rank(seed, what, key(thing)))


def _choices(seed: int, terms: list[_Term]) -> Iterator[Exercise]:
    """One for each word that has others of its course to choose from; a translation that reads like the word would tell nothing.

    Of its course: translations into another language would give the right one away.
    """
    of_course: defaultdict[int, list[_Term]] = defaultdict(list)
    places: list[int] = []
    for term in terms:
        places.append(len(of_course[term.taught.course_id]))
        of_course[term.taught.course_id].append(term)
    for place, term in zip(places, terms, strict=True):
        course = of_course[term.taught.course_id]
        options = {term.translation: term.taught.translation}
        for other in chain(course[place + 1 :], course[:place]):
            if other.word != term.word:
                options.setdefault(other.translation, other.taught.translation)
                if len(options) == _OPTIONS:
                    break
        if len(options) > 1 and term.word not in options:
            yield choosing(term.taught, tuple(_mixed(seed, f"option {term.taught.id}", list(options.values()), fold)))


def _spellings(terms: list[_Term]) -> Iterator[Exercise]:
    """One for each word that its translation neither contains nor shares with another word."""
    translations = Counter(term.translation for term in terms)
    for term in terms:
        if translations[term.translation] == 1 and term.word not in term.translation:
            yield spelling(term.taught)


def _matches(seed: int, terms: list[_Term]) -> Iterator[Exercise]:
    """Words of a course in fours, of which no two read alike and no two translate alike."""
    groups: defaultdict[int, list[_Term]] = defaultdict(list)
    for term in terms:
        group = groups[term.taught.course_id]
        if any(term.word == each.word or term.translation == each.translation for each in group):
            continue
        group.append(term)
        if len(group) == _PAIRS:
            yield _matched(seed, groups.pop(term.taught.course_id))
    for group in groups.values():
        if len(group) >= _FEWEST_PAIRS:
            yield _matched(seed, group)


def _matched(seed: int, group: list[_Term]) -> Exercise:
    words = [term.taught for term in group]
    return matching(words, tuple(_mixed(seed, f"option {words[0].id}", [word.translation for word in words], fold)))


def _orders(seed: int, lessons: Sequence[LessonText]) -> Iterator[Exercise]:
    """One for each sentence, from all lessons in turn."""
    found = [(lesson.id, number, parts) for lesson in lessons for number, parts in enumerate(sentences(lesson.content))]
    for lesson_id, number, parts in _mixed(seed, "sentence", found, lambda each: each[:2]):
        shown = _mixed(seed, f"part {lesson_id} {number}", list(enumerate(parts)), lambda part: part)
        options = tuple(part for _, part in shown)
        if options == parts:
            options = (*parts[1:], parts[0])
        yield ordering(lesson_id, number, parts, options)
