"""reCAPTCHA against a local stand-in for Google: what passes, what is refused, what is said when it does not answer."""

import asyncio
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from bilim.kit.errors import Invalid, Unavailable
from bilim.providers.recaptcha import _MAX_CALLS, Recaptcha
from loopback import Handler, Loopback
from world import PASSWORD, World

NEW = {"email": "ali@example.com", "username": "ali", "password": PASSWORD}


class Google(Handler):
    """Knows one good token; breaks when asked to."""

    def do_POST(self) -> None:
        form = parse_qs(self.body().decode())
        token, right = form["response"][0], form["secret"] == ["the secret"]
        self.send(500 if token == "break" else 200, b"nonsense" if token == "nonsense" else {"success": right and token == "good"})


@pytest.fixture(scope="module")
def google() -> Iterator[str]:
    with Loopback(Google) as server:
        yield f"{server.url}/siteverify"


def test_a_good_token_passes_and_a_bad_one_names_the_field(google: str) -> None:
    recaptcha = Recaptcha("the secret", google)
    asyncio.run(recaptcha.check("good"))
    for token in ("bad", None, "", "x" * 9000):
        with pytest.raises(Invalid) as refused:
            asyncio.run(recaptcha.check(token))
        assert set(refused.value.fields) == {"g-recaptcha-response"}


@pytest.mark.parametrize("token", ["break", "nonsense"])
def test_an_answer_that_makes_no_sense_is_a_503(google: str, token: str) -> None:
    with pytest.raises(Unavailable):
        asyncio.run(Recaptcha("the secret", google).check(token))


def test_nobody_answers() -> None:
    with pytest.raises(Unavailable):
        asyncio.run(Recaptcha("the secret", "http://127.0.0.1:1/").check("good"))


def test_while_google_hangs_so_many_calls_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    recaptcha, answered = Recaptcha("the secret", "http://127.0.0.1:1/"), asyncio.Event()

    async def hang(token: str) -> bool:
        await answered.wait()
        return token == "good"

    monkeypatch.setattr(recaptcha, "_ask", hang)

    async def story() -> None:
        waiting = [asyncio.create_task(recaptcha.check("good")) for _ in range(_MAX_CALLS)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable) as refused:
            await recaptcha.check("good")
        assert refused.value.retry_after == 10
        answered.set()
        await asyncio.gather(*waiting)
        with pytest.raises(Invalid):
            await recaptcha.check("bad")
        await recaptcha.check("good")

    asyncio.run(story())


def test_signing_up_needs_a_token_only_where_a_secret_is_set(sqlite_world: World, google: str) -> None:
    sqlite_world.use(captcha=Recaptcha("the secret", google))
    assert sqlite_world.post("/api/v1/users/", json=NEW).json() == {"g-recaptcha-response": ["This field is required."]}
    assert sqlite_world.post("/api/v1/users/", json=NEW, headers={"g-recaptcha-response": "good"}).status_code == 201
    assert sqlite_world.admin().post("/api/v1/users/", NEW | {"username": "other", "email": "o@x.uz"}).status_code == 201
