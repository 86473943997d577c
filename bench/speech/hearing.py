"""Measure what hears, on real speech as far as there is any, and print each figure with its bar and how it was made.

python -m bench.speech.hearing
"""

import random
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

import av
from av.audio.resampler import AudioResampler

from bench.speech.clips import Clip, clips
from bench.speech.figures import Figure
from bilim.engines.alignment import Aligner, Alignment, fit
from bilim.engines.contrasts import CONTRASTS, Contrast, replaced
from bilim.engines.decoding import RATE, decode
from bilim.engines.gate import gate
from bilim.engines.pronunciation import assess, is_on_text, likelihood_ratio
from bilim.engines.recognition import Basic
from bilim.engines.refusals import Refused
from bilim.engines.spelling import Phones
from bilim.engines.voice import Espeak, load

_SKIPPED = -100.0
"""What a word that was not found counts as."""
_LOST = -60.0
"""What a text counts that was not found at all."""

_WORDS = 67
"""Words that are tried, each right and wrong: 134 trials."""
_RED = -38.0
_BLAMED = -60.0
"""As `pronunciation` shows them."""
CARRIERS = ("please say the word {} again", "i wrote {} on the board today", "can you read {} to your friend")
PAIRS = (
    ("west", "vest"), ("wine", "vine"), ("wet", "vet"), ("while", "vile"), ("wheel", "veal"),
    ("ship", "sheep"), ("live", "leave"), ("sit", "seat"), ("bit", "beat"),
    ("think", "sink"), ("thick", "sick"), ("path", "pass"), ("thing", "sing"),
    ("bag", "back"),
)  # fmt: skip
"""Fourteen pairs in three carriers, each word spoken once: 84 trials."""
VOICED = (
    "I would like a cup of tea", "My brother works in a big hospital", "There are twenty students in our class",
    "My friend lives in a small house near the river", "I am reading a book about the history of my country",
    "She likes apples and bananas", "We go to school every morning", "She reads a book in the library",
    "Yesterday my father bought a new car", "The weather is very nice today",
)  # fmt: skip
OTHERS = (
    ("uz", "Assalomu alaykum, bugun havo juda yaxshi"), ("uz", "Bugun dars soat toʻqqizda boshlanadi"),
    ("uz", "Mening akam katta kasalxonada ishlaydi"), ("uz", "Iltimos, derazani oching va oʻtiring"),
    ("ru", "Мой брат работает в большой больнице"), ("ru", "Сегодня урок начинается в девять часов"),
    ("ru", "Откройте, пожалуйста, окно"), ("ru", "Сегодня очень хорошая погода"),
)  # fmt: skip
"""What the built-in voice says, as the API answers it: MP3, with true silence between its sounds."""
_RATE_OF_SPEECH = 1
"""The number of espeak-ng's parameter."""
_LEARNERS_PACE = 130
"""Words a minute at which they are read."""


def area(right: Sequence[float], wrong: Sequence[float]) -> float:
    """How often a right trial scores above a wrong one: the area under the curve, 1 where all do, 0.5 by chance."""
    return sum((one > other) + 0.5 * (one == other) for one in right for other in wrong) / (len(right) * len(wrong))


def _at_least(name: str, value: float, bar: float | None, how: str) -> Figure:
    """A figure that must not be less than its bar, shown as how much it lacks to 1."""
    return Figure(f"1 - {name}", 1 - value, None if bar is None else 1 - bar, "", f"{name} {value:.3f}: {how}")


def recognition(spoken: list[Clip]) -> list[Figure]:
    """Word error rate and speed of the basic recogniser."""
    basic = Basic()
    basic.transcribe(spoken[1].samples, gate(spoken[1].samples))  # loads the model
    wrong = 0
    began = time.process_time()
    for clip in spoken:
        wrong += _edits(clip.words, basic.transcribe(clip.samples, gate(clip.samples)).text.split())
    used = time.process_time() - began
    words, seconds = sum(len(clip.words) for clip in spoken), sum(clip.seconds for clip in spoken)
    return [
        Figure("word error rate", wrong / words, 0.30, "", f"{wrong} edits of {words} words, {len(spoken)} LibriVox clips"),
        Figure("recognising", used / seconds, 0.6, "RTF", f"processor seconds a second of sound, {seconds:.0f} s, model loaded before"),
    ]


def voice() -> list[Figure]:
    """The built-in voice's own MP3: how much of its English is heard, and whether other languages are made into English."""
    basic, speak = Basic(), load()["speak"]

    def heard(text: str, language: str) -> str:
        samples = decode(speak(text=text, language=language)).samples
        try:
            return basic.transcribe(samples, gate(samples)).text
        except Refused:
            return ""

    english = {text: heard(text, "en-us") for text in VOICED}
    wrong = sum(_edits(text.lower().split(), found.split()) for text, found in english.items())
    count = sum(len(text.split()) for text in VOICED)
    let_in = sum(heard(text, language) != "" for language, text in OTHERS)
    whole = sum(text.lower() == found for text, found in english.items())
    return [
        Figure("the voice's English refused", sum(not each for each in english.values()), 2, "", f"of {len(VOICED)} sentences"),
        Figure(
            "the voice's English, word errors", wrong / count, 0.4, "", f"of {count} words, refused ones counted; {whole} sentences whole"
        ),
        Figure("the voice's Uzbek, Russian let in", let_in / len(OTHERS), 0.13, "", f"of {len(OTHERS)} sentences heard as English"),
    ]


def words(aligner: Aligner, spoken: list[Clip]) -> list[Figure]:
    """Whether wrong, omitted and inserted words are told, and what alignment takes."""
    rng = random.Random(7)
    vocabulary = sorted({word for clip in spoken for word in clip.words if len(word) > 3})
    right: list[float] = []
    wrong: list[float] = []
    omitted: list[bool] = []
    false_red = 0
    used = seconds = 0.0
    for clip in spoken:
        began = time.process_time()
        own = _aligned(aligner, clip.samples, clip.words)
        used, seconds = used + time.process_time() - began, seconds + clip.seconds
        for place, word in enumerate(clip.words):
            if len(right) == _WORDS:
                break
            right.append(_score(own, place))
            false_red += right[-1] < _RED
            other = rng.choice([each for each in vocabulary if each != word])
            changed = [*clip.words[:place], other, *clip.words[place + 1 :]]
            wrong.append(_score(aligner.align(clip.samples, changed), place))
            found = own.words[place]
            if found and found.end - found.begin >= 20:
                cut = clip.samples[: found.begin * 320] + clip.samples[found.end * 320 :]
                omitted.append(_score(aligner.align(cut, clip.words), place) < _RED)
    trials = len(right) + len(wrong)
    how = f"{trials} trials on real speech: each word of the clips, and another word of the same reader's texts in its place"
    return [
        _at_least("AUC, wrong words", area(right, wrong), 0.97, how),
        Figure("right words shown red", false_red / len(right), 0.05, "", f"of {len(right)} words read by a native"),
        _at_least("wrong words shown red", sum(score < _RED for score in wrong) / len(wrong), None, f"of {len(wrong)}"),
        _at_least("omitted words told", sum(omitted) / len(omitted), 0.9, f"of {len(omitted)} words of 0.2 s or more cut out of the sound"),
        Figure("alignment", used / seconds, 0.1, "RTF", f"processor seconds a second of sound, {seconds:.0f} s"),
    ]


def texts(aligner: Aligner, spoken: list[Clip]) -> list[Figure]:
    """Whether another text is told: halves of clips against their own words and against others'."""
    halves = [half for clip in spoken for half in _halves(aligner, clip)]
    own = [_mean(aligner.align(half.samples, half.words)) for half in halves]
    others: list[float] = []
    let_in = 0
    for shift in (1, 2, 3):
        for place, half in enumerate(halves):
            alignment = aligner.align(half.samples, halves[(place + shift * 2 + 1) % len(halves)].words)
            others.append(_mean(alignment))
            let_in += alignment is not None and is_on_text(alignment)
    refused = sum(not is_on_text(_aligned(aligner, half.samples, half.words)) for half in halves)
    how = f"{len(own) + len(others)} trials on real speech: halves of the clips against their own text and against others'"
    return [
        _at_least("AUC, another text", area(own, others), 0.99, how),
        Figure("other texts let in", let_in / len(others), 0.1, "", f"of {len(others)}, as the product decides"),
        Figure("own texts refused", refused / len(own), 0.0, "", f"of {len(own)}"),
    ]


def contrasts_read(aligner: Aligner, spoken: list[Clip]) -> list[Figure]:
    """Declared sounds on real speech: the sound that was read against the other, and the text changed to expect the other."""
    kept: list[float] = []
    lost: list[float] = []
    for clip in spoken:
        own = _aligned(aligner, clip.samples, clip.words)
        for place, word in enumerate(clip.words):
            phones = aligner.readings(word)[0]
            for contrast in CONTRASTS.values():
                both = Contrast(contrast.name, contrast.pairs, is_mutual=True, is_final=contrast.is_final)
                if own.words[place] and (changed := replaced(phones, both)):
                    ratio = likelihood_ratio(aligner, clip.samples, clip.words, own, place, phones, changed[0])
                    if ratio is not None:
                        expected = changed[1] in {sound for sound, _ in contrast.pairs}
                        (kept if expected else lost).append(ratio if expected else -ratio)
    how = f"{len(kept) + len(lost)} sounds on real speech: the text's sound was read ({len(kept)}), or the other one ({len(lost)})"
    told = sum(ratio <= _BLAMED for ratio in lost) / len(lost)
    blamed = sum(ratio <= _BLAMED for ratio in kept) / len(kept)
    return [
        _at_least("AUC, declared sounds, real speech", area(kept, lost), 0.9, how),
        _at_least("replaced sounds told", told, None, f"of {len(lost)}; the others are unclear, or missed"),
        Figure("kept sounds blamed", blamed, 0.1, "", f"of {len(kept)}"),
    ]


def contrasts_carried(aligner: Aligner) -> list[Figure]:
    """Minimal pairs in carrier sentences, read by the built-in voice: no recordings of such exist."""
    espeak = Espeak()
    espeak._library.espeak_SetParameter(_RATE_OF_SPEECH, _LEARNERS_PACE, 0)  # noqa: SLF001 - the product has one pace
    kept: list[float] = []
    lost: list[float] = []
    for expected, other in PAIRS:
        for carrier in CARRIERS:
            for said, ratios in ((expected, kept), (other, lost)):
                samples = _read_aloud(espeak, carrier.format(said))
                text = carrier.format(expected).split()
                place = text.index(expected)
                ratios.append(_ratio(aligner, samples, text, place, *_nearest(aligner, expected, other)))
    how = f"{len(kept) + len(lost)} trials, synthesised by espeak-ng: w/v, ship/sheep, th/s, bag/back in three sentences"
    return [_at_least("AUC, declared sounds, carriers", area(kept, lost), 0.9, how)]


def whole(aligner: Aligner, spoken: list[Clip]) -> list[Figure]:
    """All that one assessment takes, with twelve sounds listened for."""
    used = seconds = 0.0
    for clip in spoken:
        began = time.process_time()
        assess(aligner, clip.samples, " ".join(clip.words), CONTRASTS, list)
        used, seconds = used + time.process_time() - began, seconds + clip.seconds
    return [Figure("an assessment with sounds", used / seconds, 1.0, "RTF", "gate, alignment, and up to twelve declared sounds a text")]


def _nearest(aligner: Aligner, one: str, other: str) -> tuple[Phones, Phones]:
    """The readings of two words that differ least: `live` as a verb, beside `leave`."""
    both = [(mine, yours) for mine in aligner.readings(one) for yours in aligner.readings(other) if len(mine) == len(yours)]
    return min(both, key=lambda pair: sum(a != b for a, b in zip(*pair, strict=True)))


def _ratio(aligner: Aligner, samples: bytes, text: list[str], place: int, own: Phones, other: Phones) -> float:
    alignment = _aligned(aligner, samples, text)
    if alignment.words[place] is None:
        return 0.0
    found = likelihood_ratio(aligner, samples, text, alignment, place, own, other)
    return 0.0 if found is None else found


def _aligned(aligner: Aligner, samples: bytes, text: list[str]) -> Alignment:
    return aligner.align(samples, text) or Alignment([None] * len(text), [])


def _score(alignment: Alignment | None, place: int) -> float:
    found = alignment.words[place] if alignment else None
    return found.score if found else _SKIPPED


def _mean(alignment: Alignment | None) -> float:
    return fit(alignment) if alignment else _LOST


def _halves(aligner: Aligner, clip: Clip) -> Iterator[Clip]:
    middle = len(clip.words) // 2
    found = _aligned(aligner, clip.samples, clip.words).words[middle]
    cut = found.begin * 320 if found else len(clip.samples) // 4 * 2
    yield Clip(clip.samples[:cut], clip.words[:middle])
    yield Clip(clip.samples[cut:], clip.words[middle:])


def _edits(wanted: list[str], heard: list[str]) -> int:
    """The edit distance of two lists of words."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(wanted, 1):
        last, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (word != other))
    return row[-1]


def _read_aloud(espeak: Espeak, text: str) -> bytes:
    """A text at 16 kHz with a little noise behind it."""
    samples = espeak.sound_of(text, espeak.voice_of("en-us"))
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
    frame.planes[0].update(samples + bytes(frame.planes[0].buffer_size - len(samples)))
    frame.sample_rate = espeak.rate
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    values = array("h")
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        values.frombytes(bytes(piece.planes[0])[: piece.samples * 2])
    rng = random.Random(3)
    quiet = [0] * (RATE // 4)
    noisy = (max(-32768, min(32767, value + round(rng.gauss(0, 6)))) for value in (*quiet, *values, *quiet))
    return array("h", noisy).tobytes()


def main() -> None:
    """Print every part as soon as it is measured; end with status 1 where a figure misses its bar."""
    spoken, aligner = clips(), Aligner()
    parts: Iterable[tuple[str, Callable[[], list[Figure]]]] = (
        ("Recognising English (pocketsphinx)", lambda: recognition(spoken)),
        ("Free recognition of the built-in voice", voice),
        ("Words", lambda: words(aligner, spoken)),
        ("Texts", lambda: texts(aligner, spoken)),
        ("Declared sounds", lambda: contrasts_read(aligner, spoken)),
        ("Declared sounds, synthesised", lambda: contrasts_carried(aligner)),
        ("Together", lambda: whole(aligner, spoken)),
    )
    missed: list[str] = []
    for title, measure in parts:
        print(f"\n{title}")
        for figure in measure():
            print(figure, flush=True)
            missed += [] if figure.is_met else [figure.name]
    if missed:
        sys.exit(f"\n{len(missed)} figures missed their bars: {', '.join(missed)}")


if __name__ == "__main__":
    main()
