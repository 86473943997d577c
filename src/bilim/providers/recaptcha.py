"""Google reCAPTCHA: whether a sign-up comes from a person."""

import httpx
from msgspec import Struct, ValidationError, json

from bilim.kit.errors import Invalid, Unavailable

_FIELD = "g-recaptcha-response"
_TIMEOUT = httpx.Timeout(10, connect=3)
_MAX_TOKEN = 8000


class _Verdict(Struct):
    success: bool


class Recaptcha:
    """Checks tokens with Google; without a secret every sign-up passes."""

    def __init__(self, secret: str, url: str) -> None:
        self._secret = secret
        self._url = url

    def check(self, token: str | None) -> None:
        """Let a sign-up pass.

        Raises:
            Invalid: no token, or one that Google refuses.
            Unavailable: Google does not answer as it should.
        """
        if not self._secret:
            return
        if not token or len(token) > _MAX_TOKEN:
            raise Invalid({_FIELD: ["This field is required."]})
        try:
            response = httpx.post(self._url, data={"secret": self._secret, "response": token}, timeout=_TIMEOUT)
            verdict = json.decode(response.raise_for_status().content, type=_Verdict)
        except (httpx.HTTPError, ValidationError, ValueError):
            raise Unavailable("reCAPTCHA service is not available") from None
        if not verdict.success:
            raise Invalid({_FIELD: ["reCAPTCHA verification failed."]})
