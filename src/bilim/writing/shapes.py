"""Feedback as it is answered (reference, `ai/analyze-answer`): documented fields with what was computed, and null with the reason."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from bilim.texts import Language, text
from bilim.writing.rules.flags import MAX_QUOTED
from bilim.writing.rules.report import Misspelled, Report, error_types, mean

_NAMED = 5
"""Words that a sentence of feedback names."""
_WEAK = 80
"""A score below which a part is named as one to work on."""


class FlagOut(Struct):
    """A likely error. `start` and `end` are characters of the answer, half-open; `suggestion` is null where only the writer knows."""

    type: str
    text: str
    suggestion: str | None
    message: str
    start: int
    end: int


class GrammarOut(Struct):
    """100 less three times the share of words with a flag (capitals and marks count half); null where the text is not English."""

    score: float | None
    feedback: str
    corrections: list[str]
    error_types: dict[str, int] | None
    flags: list[FlagOut]


class VocabularyOut(Struct):
    """The mean of what is known: key words of the reference that are there, words spelled right, variety of words."""

    score: float | None
    feedback: str
    suggestions: list[str]
    """Key words of the reference that the answer has not."""
    advanced_words: list[str]
    misused_words: list[str]
    misspelled: list[Misspelled]
    key_words_score: float | None
    spelling_score: float | None
    lexical_diversity: float | None
    """MATTR over windows of 20 words, 0 to 1."""


class PronunciationOut(Struct):
    """Nothing about sounds can be told from words: the score is null."""

    score: float | None
    feedback: str
    tips: list[str]
    problem_sounds: list[str]
    stress_patterns: str | None


class FluencyOut(Struct):
    """Of text alone null; of speech its pace, and fillers that were heard."""

    score: float | None
    feedback: str
    suggestions: list[str]
    pace: str | None
    hesitation_markers: list[str] | None
    words_per_minute: float | None


class OverallOut(Struct):
    """The mean of the scores that are known."""

    score: float | None
    feedback: str
    next_steps: list[str]
    strengths: list[str]
    areas_for_improvement: list[str]


class MetadataOut(Struct):
    """Plain numbers. `overlap` is the Dice coefficient of the words of answer and reference, in per cent."""

    overlap: float | None
    user_token_count: int
    ref_token_count: int | None
    language: str
    basis: str
    """`english`; `other_language`, `not_english` or `no_words` where grammar and spelling are not judged."""
    sentence_count: int
    flesch_reading_ease: float | None
    flesch_kincaid_grade: float | None


class FeedbackOut(Struct):
    """Feedback on an answer. Parts that were not asked for are null."""

    feedback_id: str
    timestamp: datetime
    grammar: GrammarOut | None
    vocabulary: VocabularyOut | None
    pronunciation: PronunciationOut | None
    fluency: FluencyOut | None
    overall: OverallOut | None
    audio_feedback_url: str | None
    metadata: MetadataOut


class Wanted(Struct, frozen=True):
    """What feedback is to say, and how."""

    language: str
    """Of the answer."""
    parts: frozenset[str] = frozenset({"all"})
    told_in: Language = "api"
    or_english: bool = False
    """Whether the answer is taken for English where nearly all of it is, whatever `language` says."""

    def has(self, part: str) -> bool:
        """Whether a part is wanted."""
        return "all" in self.parts or part in self.parts

    def say(self, code: str, **params: Any) -> str:
        """A text in the language of the feedback."""
        return text(f"writing_{code}", params, self.told_in)


def feedback_out(feedback_id: str, now: datetime, answer: str, found: Report, wanted: Wanted) -> FeedbackOut:
    """What was found, in the documented shape."""
    ease, grade = found.readability or (None, None)
    return FeedbackOut(
        feedback_id=feedback_id,
        timestamp=now,
        grammar=_grammar(answer, found, wanted) if wanted.has("grammar") else None,
        vocabulary=_vocabulary(found, wanted) if wanted.has("vocabulary") else None,
        pronunciation=_pronunciation(found, wanted) if wanted.has("pronunciation") else None,
        fluency=_fluency(found, wanted) if wanted.has("fluency") else None,
        overall=_overall(found, wanted) if wanted.has("overall") else None,
        audio_feedback_url=None,
        metadata=MetadataOut(
            overlap=found.overlap,
            user_token_count=found.words,
            ref_token_count=found.reference_words,
            language=wanted.language,
            basis=found.basis,
            sentence_count=found.sentences,
            flesch_reading_ease=ease,
            flesch_kincaid_grade=grade,
        ),
    )


def _grammar(answer: str, found: Report, wanted: Wanted) -> GrammarOut:
    flags = [
        FlagOut(
            type=flag.kind,
            text=answer[flag.start : flag.end][:MAX_QUOTED],
            suggestion=flag.suggestion or None,
            message=wanted.say(flag.kind),
            start=flag.start,
            end=flag.end,
        )
        for flag in found.flags
    ]
    if found.basis != "english":
        said = wanted.say(found.basis)
    else:
        said = wanted.say("grammar_errors", count=len(flags)) if flags else wanted.say("grammar_good")
    return GrammarOut(found.grammar_score, said, [_correction(flag) for flag in flags], error_types(found.flags) or None, flags)


def _correction(flag: FlagOut) -> str:
    shown = f"{flag.text} → {flag.suggestion}" if flag.suggestion else flag.text
    return f"{shown}: {flag.message}"


def _vocabulary(found: Report, wanted: Wanted) -> VocabularyOut:
    said: list[str] = []
    if found.missing:
        said.append(wanted.say("key_words_missing", words=", ".join(found.missing[:_NAMED])))
    elif found.key_words_score is not None:
        said.append(wanted.say("key_words_there"))
    if found.misspelled:
        said.append(wanted.say("misspelled", words=", ".join(each.word for each in found.misspelled[:_NAMED])))
    if found.variety is None:
        said.append(wanted.say("too_short_for_variety"))
    if found.vocabulary_score is None:
        said.append(wanted.say("no_vocabulary_score"))
    return VocabularyOut(
        score=found.vocabulary_score,
        feedback=" ".join(said) or wanted.say("vocabulary_good"),
        suggestions=found.missing,
        advanced_words=found.rare,
        misused_words=found.confused,
        misspelled=found.misspelled,
        key_words_score=found.key_words_score,
        spelling_score=found.spelling_score,
        lexical_diversity=found.variety,
    )


def _pronunciation(found: Report, wanted: Wanted) -> PronunciationOut:
    tips = [wanted.say(f"pronunciation_tip_{number}") for number in (1, 2, 3)]
    return PronunciationOut(
        None, wanted.say("pronunciation_unknown" if found.spoken is None else "pronunciation_elsewhere"), tips, [], None
    )


def _fluency(found: Report, wanted: Wanted) -> FluencyOut:
    suggestions = [wanted.say("use_linking_words")] if found.basis == "english" and not found.linking else []
    if found.long_sentences:
        suggestions.append(wanted.say("shorter_sentences"))
    if found.spoken is None:
        return FluencyOut(None, wanted.say("fluency_unknown"), suggestions, None, found.fillers or None, None)
    per_minute, pace = found.spoken.words_per_minute, found.spoken.pace
    said = wanted.say(f"pace_{pace.replace(' ', '_')}", pace=round(per_minute))
    return FluencyOut(None, said, suggestions, pace, found.fillers or None, per_minute)


def _overall(found: Report, wanted: Wanted) -> OverallOut:
    scores = {"grammar": found.grammar_score, "spelling": found.spelling_score, "content": found.key_words_score}
    strengths = [wanted.say(f"part_{part}") for part, score in scores.items() if score is not None and score >= _WEAK]
    areas = [wanted.say(f"part_{part}") for part, score in scores.items() if score is not None and score < _WEAK]
    steps: list[str] = []
    if found.missing:
        steps.append(wanted.say("step_reference", words=", ".join(found.missing[:_NAMED])))
    if found.flags:
        steps.append(wanted.say("step_corrections"))
    if found.misspelled:
        steps.append(wanted.say("step_spelling"))
    score = mean([found.grammar_score, found.vocabulary_score])
    said = wanted.say("overall_unknown") if score is None else wanted.say("overall_weak" if areas else "overall_good")
    return OverallOut(score, said, steps or [wanted.say("step_more")], strengths, areas)
