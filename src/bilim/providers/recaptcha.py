"""Google reCAPTCHA: whether a sign-up comes from a person."""

import httpx
from msgspec import Struct, ValidationError, json

from bilim.kit.errors import Invalid, Problem, Unavailable

_FIELD = "g-recaptcha-response"
_TIMEOUT = httpx.Timeout(10, connect=3)
_MAX_TOKEN = 8000
_MAX_CALLS = 50
"""Calls at once: while Google hangs, this many sign-ups wait, and further ones are refused at once."""
_RETRY_AFTER = 10


class _Verdict(Struct):
    success: bool


class Recaptcha:
    """Checks tokens with Google; without a secret every sign-up passes."""

    def __init__(self, secret: str, url: str) -> None:
        self._secret = secret
        self._url = url
        self._tls = httpx.create_ssl_context() if secret else None
        self._calls = 0

    async def check(self, token: str | None) -> None:
        """Check the token of a sign-up.

        Raises:
            Invalid: no token, or one that Google refuses.
            Unavailable: Google does not answer as it should, or too many calls wait for it.
        """
        if not self._secret:
            return
        if not token or len(token) > _MAX_TOKEN:
            raise Invalid({_FIELD: [Problem("required")]})
        if self._calls >= _MAX_CALLS:
            raise Unavailable("captcha_unavailable", retry_after=_RETRY_AFTER)
        self._calls += 1
        try:
            is_person = await self._ask(token)
        finally:
            self._calls -= 1
        if not is_person:
            raise Invalid({_FIELD: [Problem("captcha_failed")]})

    async def _ask(self, token: str) -> bool:
        try:
            async with httpx.AsyncClient(verify=self._tls or True, timeout=_TIMEOUT) as client:
                response = await client.post(self._url, data={"secret": self._secret, "response": token})
            return json.decode(response.raise_for_status().content, type=_Verdict).success
        except (httpx.HTTPError, ValidationError, ValueError):
            raise Unavailable("captcha_unavailable", retry_after=_RETRY_AFTER) from None
