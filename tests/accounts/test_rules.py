"""What may be a username, an e-mail, a password and a role (CONTRACT sections 1 and 6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.accounts import rules
from bilim.accounts.inputs import SignUpInput
from bilim.accounts.rules import MAX_EMAIL, MAX_USERNAME
from bilim.kit.actors import Role
from bilim.kit.errors import Invalid
from bilim.kit.text import fold, phone, tidy
from bilim.kit.validation import read
from kit.repeatable import repeatable
from world import World

names = st.text(max_size=160) | st.text(st.sampled_from("aZ9 ß@＠﹫İﷺ\u00a0\u200b\n‘"), max_size=160)


@repeatable
@given(names)
def test_a_username_that_may_be_chosen_can_be_stored_and_is_no_email(username: str) -> None:
    if rules.username_problem(username) is None:
        assert 0 < len(fold(username)) <= MAX_USERNAME
        assert "@" not in fold(username), "people sign in with their e-mail too"
        assert "\n" not in username


@pytest.mark.parametrize("username", ["jasur", "Jasur Qodirov", "О‘қитувчи", "jasur.99", "x" * 150])
def test_usernames_that_may_be_chosen(username: str) -> None:
    assert rules.username_problem(username) is None


@pytest.mark.parametrize("username", ["", "   ", "a@b", "a＠b", "a\nb", "a\u200bb", "x" * 151, "ﷺ" * 9])
def test_usernames_that_may_not_be_chosen(username: str) -> None:
    assert rules.username_problem(username)


def test_the_centre_asks_for_usernames_of_six_characters() -> None:
    assert rules.centre_username_problem("jasur")
    assert rules.centre_username_problem("jasur9") is None
    assert rules.centre_username_problem("a    b"), "spaces that are tidied away do not count"


def test_a_username_is_compared_as_it_is_shown(world: World) -> None:
    """Nobody can take a name that looks like another's; whoever reads their username can sign in with it."""

    def sign_up(username: str, email: str) -> tuple[int, str]:
        answer = world.post("/api/v1/users/", json={"username": username, "email": email, "password": "Correct-horse-9"})
        return answer.status_code, answer.json()["username"]

    assert sign_up(" Ali   Valiyev", "ali@example.com") == (201, "Ali Valiyev")
    assert world.post("/api/v1/login/", json={"username": "Ali Valiyev", "password": "Correct-horse-9"}).status_code == 200
    assert sign_up("ali valiyev", "other@example.com")[0] == 400


@repeatable
@given(st.emails() | names)
def test_an_email_that_may_be_given_can_be_stored_and_told_from_a_username(email: str) -> None:
    if rules.email_problem(email) is None:
        assert "@" in fold(email)
        assert len(fold(email)) <= MAX_EMAIL
        assert tidy(email) == email.strip()


@pytest.mark.parametrize("email", ["a@example.com", "Jasur.Q+bilim@mail.example.uz", " a@example.com ", "почта@пример.рф"])
def test_emails_that_may_be_given(email: str) -> None:
    assert rules.email_problem(email) is None


@pytest.mark.parametrize("email", ["", "a", "@", "a@b", "a@b@c.d", "a b@c.d", "a@c.d\n", "a@" + "c" * 300 + ".d", "<a@c.d>"])
def test_emails_that_may_not_be_given(email: str) -> None:
    assert rules.email_problem(email)


@pytest.mark.parametrize(("length", "is_good"), [(0, False), (7, False), (8, True), (1000, True), (1001, False)])
def test_passwords_have_eight_characters_or_more(length: int, is_good: bool) -> None:
    named = {"username": "jasur", "email": "jasur@example.com", "password": "x" * length}
    if is_good:
        assert read(SignUpInput, named).password == "x" * length
        return
    with pytest.raises(Invalid) as refused:
        read(SignUpInput, named)
    assert set(refused.value.fields) == {"password"}


@repeatable
@given(st.text(max_size=20) | st.from_regex(r"\+?[0-9 ()-]{5,18}", fullmatch=True))
def test_a_phone_number_is_good_or_empty_or_wrong(typed: str) -> None:
    assert (rules.phone_problem(typed) is None) == (phone(typed) is not None or not typed.strip())


@pytest.mark.parametrize(("telegram_id", "is_good"), [("", True), ("123456789", True), ("@jasur", False), ("١٢", False), ("9" * 21, False)])
def test_telegram_ids_are_numbers(telegram_id: str, is_good: bool) -> None:
    assert (rules.telegram_problem(telegram_id) is None) == is_good


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_word_in_the_learning_surface_and_back(role: Role) -> None:
    word = rules.learning_role(role, is_premium=False)
    assert rules.LEARNING_ROLES[word] == (role, False)


def test_premium_is_a_student_who_was_granted_it() -> None:
    assert rules.learning_role(Role.STUDENT, is_premium=True) == "premium"
    assert rules.LEARNING_ROLES["premium"] == (Role.STUDENT, True)
    assert rules.learning_role(Role.TEACHER, is_premium=True) == "teacher"


def test_each_role_includes_those_before_it() -> None:
    assert list(Role) == [Role.STUDENT, Role.TEACHER, Role.ADMIN, Role.SUPERADMIN]
    for lower, higher in zip(Role, list(Role)[1:], strict=False):
        assert higher.includes(lower)
        assert not lower.includes(higher)
        assert lower.includes(lower)
