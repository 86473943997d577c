"""What examiners forgive, and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.mock.rules.keys import accepted, key_problem, of_plain, stored, to_plain
from bilim.questions.rules.marking import AcceptedAnswers, fold, raw_score, right_answers
from bilim.questions.rules.spelling import one_form
from kit.repeatable import repeatable


@pytest.mark.parametrize(
    ("variant", "answer"),
    [
        ("carbon dioxide", "  Carbon   DIOXIDE "),
        ("carbon dioxide", "ｃａｒｂｏｎ dioxide"),
        ("teacher's room", "teacher’s room"),
        ("teacher's room", "Teacherʼs Room."),
        ("part-time", "part time"),
        ("part time", "part–time"),
        ("1,500", "1500"),
        ("1500000", "1,500,000"),
        ("the library", "library"),
        ("library", "the library"),
        ("apple", "an apple"),
        ("a car", "the car"),
        ("colour", "color"),
        ("organized tours", "organised tours"),
        ("traveller", "traveler"),
        ("city center", "city centre"),
        ("TRUE", "t"),
        ("T", "True"),
        ("NOT GIVEN", "ng"),
        ("NG", "not given"),
        ("NO", "n"),
        ("Y", "yes"),
        ("F", "FALSE"),
        ("B", "b"),
        ("9.30", "9.30."),
    ],
)
def test_what_is_forgiven(variant: str, answer: str) -> None:
    assert accepted(variant).accepts(answer)


@pytest.mark.parametrize(
    ("variant", "answer"),
    [
        ("carbon dioxide", "carbon"),
        ("carbon dioxide", "carbondioxide"),
        ("carbon dioxide", "carbon dioxyde"),
        ("teacher's", "teachers"),
        ("TRUE", "yes"),
        ("TRUE", "given"),
        ("train", "t"),
        ("north", "n"),
        ("B", "B or C"),
        ("1,500", "15,00"),
        ("1,5", "15"),
        ("library", "a the library"),
        ("the", ""),
        ("A", ""),
    ],
)
def test_what_is_not_forgiven(variant: str, answer: str) -> None:
    assert not accepted(variant).accepts(answer)


def test_an_article_alone_is_an_answer() -> None:
    assert accepted("A").accepts("a")
    assert accepted("the").accepts("The")


def test_articles_that_are_required_must_be_the_right_ones() -> None:
    key = AcceptedAnswers(["the moon"], articles="required")
    assert [key.accepts(answer) for answer in ("The Moon", "moon", "a moon")] == [True, False, False]


def test_an_answer_may_not_have_more_words_than_the_question_allows() -> None:
    key = AcceptedAnswers(["library", "state-run library"], word_limit=2)
    assert [key.accepts(answer) for answer in ("the library", "state-run library", "the state-run library", "state run library")] == [
        True,
        True,
        False,
        False,
    ]


def test_right_answers_are_counted_and_what_is_left_out_is_wrong() -> None:
    key = {"1": accepted("A"), "2": accepted(["CO2", "carbon dioxide"]), "3": accepted("TRUE")}
    assert right_answers(key, {"1": "a", "3": "FALSE", "9": "A"}) == {"1": True, "2": False, "3": False}
    assert raw_score(key, {"1": "A", "2": "co2", "3": "T"}) == 3


@given(st.text())
@repeatable
def test_a_form_stays_what_it_is_and_a_key_accepts_its_own_variants(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert accepted(text).accepts(text)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("colours", "colors"),
        ("neighbourhood", "neighborhood"),
        ("favourite", "favorite"),
        ("theatre", "theater"),
        ("kilometres", "kilometers"),
        ("centred", "centered"),
        ("analyse", "analyze"),
        ("recognisable", "recognizable"),
        ("organisations", "organizations"),
        ("catalogue", "catalog"),
        ("dialogues", "dialogs"),
        ("cataloguing", "cataloging"),
        ("travelling", "traveling"),
        ("jeweller", "jeweler"),
        ("marvellous", "marvelous"),
        ("programme", "program"),
        ("programmes", "programs"),
        ("grey", "gray"),
        ("cheques", "checks"),
        ("aluminium", "aluminum"),
        ("jewellery", "jewelry"),
        ("licence", "license"),
        ("defence", "defense"),
        ("fulfilment", "fulfillment"),
        ("towards", "toward"),
        ("learnt", "learned"),
    ],
)
def test_both_spellings_have_one_form(british: str, american: str) -> None:
    assert one_form(british) == one_form(american)


@pytest.mark.parametrize(
    ("one", "other"),
    [("prize", "prise"), ("size", "sise"), ("storey", "story"), ("diner", "dinre"), ("humorous", "humourous"), ("later", "latre")],
)
def test_words_that_are_not_two_spellings_of_one_stay_apart(one: str, other: str) -> None:
    assert one_form(one) != one_form(other)


@given(st.text("abcdeilnorstuyz", min_size=1, max_size=12))
@repeatable
def test_the_one_form_is_its_own(word: str) -> None:
    assert one_form(one_form(word)) == one_form(word)


def test_a_key_is_kept_in_the_order_of_its_questions() -> None:
    kept = stored({"10": "B", "9": ["A", "C"]})
    assert list(kept) == ["9", "10"]
    assert of_plain(to_plain(kept)) == kept
    assert to_plain(kept)["9"] == {"variants": ["A", "C"], "word_limit": None, "articles": "optional"}


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ({"0": "A"}, "unknown_question"),
        ({"01": "A"}, "unknown_question"),
        ({"١": "A"}, "unknown_question"),
        ({"x": "A"}, "unknown_question"),
        ({"1": ""}, "bad_variants"),
        ({"1": " . "}, "bad_variants"),
        ({"1": []}, "bad_variants"),
        ({"1": ["A"] * 51}, "bad_variants"),
        ({"1": ["A", "x" * 501]}, "bad_variants"),
    ],
)
def test_a_key_that_could_mark_nothing_right_is_refused(key: dict[str, str | list[str]], code: str) -> None:
    problem = key_problem(key)  # type: ignore[arg-type]
    assert problem is not None
    assert problem.code == code


def test_the_largest_key_is_a_key() -> None:
    assert key_problem({"1": ["x" * 500] * 50, "999": "B"}) is None
