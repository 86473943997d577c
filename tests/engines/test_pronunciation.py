"""Texts that were read: words found, wrong, left out and put in; declared sounds; what is refused, and that the next one works."""

import doctest
from contextlib import suppress
from typing import Any

import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("espeakng_loader")

from hypothesis import given
from hypothesis import strategies as st

from bilim.engines import pronunciation, spelling
from bilim.engines.alignment import Aligner
from bilim.engines.contrasts import CONTRASTS, replaced
from bilim.engines.decoding import RATE
from bilim.engines.pronunciation import Assessment, assess, score_of
from bilim.engines.recognition import HeardWord
from bilim.engines.refusals import Refused
from bilim.engines.spelling import phones_of_ipa, words_of
from bilim.speech import rules
from engines.speakers import said, with_noise

SENTENCE = "My brother works in a big hospital"
ALIGNER = Aligner()


def judged(samples: bytes, text: str, *contrasts: str, heard: list[HeardWord] | None = None) -> Assessment:
    return assess(ALIGNER, samples, text, contrasts, lambda: heard or [])


def refusal(samples: bytes, text: str) -> str:
    with pytest.raises(Refused) as refused:
        judged(samples, text)
    return refused.value.code


def bad(found: Assessment) -> list[str]:
    return [word.word for word in found.words if word.status in ("wrong", "omitted")]


def test_a_text_that_was_read_is_found_word_by_word() -> None:
    found = judged(said(SENTENCE), SENTENCE)
    assert [word.word for word in found.words] == SENTENCE.lower().split()
    assert bad(found) == []
    assert found.inserted == []
    assert found.heard == SENTENCE.lower()
    begins: list[Any] = [word.begin for word in found.words]
    assert begins == sorted(begins)
    assert found.score > 60
    assert 100 < found.words_per_minute < 300
    assert found.seconds == pytest.approx(len(said(SENTENCE)) / (2 * RATE), abs=0.02)


def test_nobody_else_is_asked_where_all_was_said() -> None:
    def refuse() -> list[HeardWord]:
        raise AssertionError

    assess(ALIGNER, said(SENTENCE), SENTENCE, [], refuse)


def test_a_wrong_word_is_red_and_named_by_the_recogniser() -> None:
    samples = said("My elephant works in a big hospital")
    found = judged(samples, SENTENCE, heard=[HeardWord("elephant", 0.6, 0.8)])
    assert bad(found) == ["brother"]
    assert [word.heard for word in found.words if word.status == "wrong"] == ["elephant"]
    assert found.score < judged(said(SENTENCE), SENTENCE).score
    assert found.heard == "my elephant works in a big hospital"


def test_a_word_left_out_is_told_from_a_wrong_one() -> None:
    found = judged(said("My brother works in a hospital"), SENTENCE)
    assert [(word.status, word.begin) for word in found.words if word.word == "big"] == [("omitted", None)]
    assert bad(found) == ["big"]


def test_words_put_in_are_found_where_they_were_said() -> None:
    samples = said("My brother works in a big wonderful expensive enormous hospital")
    found = judged(samples, SENTENCE)
    (inserted,) = found.inserted
    assert inserted.after == 6
    assert inserted.end - inserted.begin > 0.5
    assert found.score < judged(said(SENTENCE), SENTENCE).score


def test_a_pause_between_words_is_measured_and_those_at_the_ends_are_not() -> None:
    silence = with_noise(bytes(2 * RATE), 4)
    found = judged(silence + said("My brother works") + silence + said("in a big hospital") + silence, SENTENCE)
    (pause,) = found.pauses
    assert pause.after == 3
    assert 1.2 < pause.seconds < 2.2


@pytest.mark.parametrize(("spoken", "outcome"), [("We like the wet wind", "good"), ("We like the vet wind", "replaced")])
def test_a_declared_sound_is_listened_for(spoken: str, outcome: str) -> None:
    found = judged(said(spoken), "We like the wet wind", "w-v")
    assert {each.word: each.outcome for each in found.contrasts}["wet"] == outcome
    assert {(each.sound, each.other) for each in found.contrasts} == {("W", "V")}
    if outcome == "replaced":
        assert (found.words[3].status != "good", found.words[3].score <= 60) == (True, True)


def test_sounds_that_were_not_declared_are_not_judged() -> None:
    assert judged(said("We like the vet wind"), "We like the wet wind").contrasts == []
    assert judged(said("We like the vet wind"), "We like the wet wind", "accent").contrasts == []


@pytest.mark.parametrize("spoken", ["The quick brown fox jumped over my lazy old dog", "One two three"])
def test_another_text_is_refused(spoken: str) -> None:
    assert refusal(said(spoken), "She sells beautiful flowers at the market every Sunday") == "off_text"


def test_another_language_is_refused() -> None:
    assert refusal(said("Assalomu alaykum, bugun havo juda yaxshi", "uz"), SENTENCE) == "off_text"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Бугун ҳаво яхши", "not_english"),
        ("?!…", "not_english"),
        ("", "not_english"),
        ("你好", "not_english"),
        ("go " * 151, "text_too_long"),
    ],
)
def test_texts_that_cannot_be_judged_are_refused(text: str, code: str) -> None:
    assert refusal(said(SENTENCE), text) == code


def test_what_no_dictionary_has_is_read_by_rules_and_the_next_text_works() -> None:
    found = judged(said("My friend Bilimxon lives in Chilonzor"), "My friend Bilimxon lives in Chilonzor")
    assert [word.word for word in found.words][2] == "bilimxon"
    assert "friend" not in bad(found)
    for samples, text in ((b"", SENTENCE), (bytes(2 * RATE), SENTENCE), (said("One two three"), SENTENCE)):
        assert refusal(samples, text) in ("not_heard", "off_text")
    assert bad(judged(said(SENTENCE), SENTENCE)) == []


def test_a_decoder_with_many_spellings_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    from bilim.engines import alignment

    monkeypatch.setattr(alignment, "_MOST_ADDED", 0)
    aligner = Aligner()
    for _ in range(2):
        aligner.renew()
        assert aligner.align(said("Chilonzor"), ["chilonzor"]) is not None
        assert aligner._close.added


# --- rules ----------------------------------------------------------------------------------------------------------------------------


@given(st.floats(-200, 0), st.floats(-200, 0))
def test_scores_are_bounded_and_rise_with_likelihood(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= score_of(low) <= score_of(high) <= 100


@given(st.text(max_size=80))
def test_any_text_becomes_words_of_the_dictionary_s_alphabet_or_is_refused(text: str) -> None:
    words: list[str] = []
    with suppress(Refused):
        words = words_of(text)
    assert all(word and set(word) <= set("abcdefghijklmnopqrstuvwxyz'") for word in words)


@given(st.text(alphabet="aɪəʊtʃdʒɛ̩ˈːnlzz", max_size=20))
def test_any_signs_become_sounds(ipa: str) -> None:
    assert all(phone.isupper() for phone in phones_of_ipa(ipa))


def test_sounds_of_espeak_s_signs() -> None:
    assert phones_of_ipa("tʃˈɜːtʃ") == ("CH", "ER", "CH")
    assert phones_of_ipa("fˈaɪɚ") == ("F", "AY", "ER")
    assert phones_of_ipa("lˈɪɾəl") == ("L", "IH", "T", "AH", "L")


def test_a_contrast_replaces_the_first_such_sound_or_the_last_of_a_word() -> None:
    assert replaced(("W", "IH", "W"), CONTRASTS["w-v"]) == (("V", "IH", "W"), "W", "V")
    assert replaced(("V", "EH", "T"), CONTRASTS["w-v"]) == (("W", "EH", "T"), "V", "W")
    assert replaced(("S", "IH", "K"), CONTRASTS["th-s"]) is None
    assert replaced(("B", "AE", "D"), CONTRASTS["final-voicing"]) == (("B", "AE", "T"), "D", "T")
    assert replaced(("D", "EY"), CONTRASTS["final-voicing"]) is None


def test_the_slice_knows_the_engine_s_contrasts() -> None:
    assert tuple(CONTRASTS) == rules.CONTRASTS


def test_examples() -> None:
    for module in (pronunciation, spelling):
        assert doctest.testmod(module).failed == 0
