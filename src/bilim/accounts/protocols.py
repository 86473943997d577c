"""What this slice needs of outside services."""

from typing import Protocol


class Captcha(Protocol):
    """Tells people who sign up from programs that do."""

    async def check(self, token: str | None) -> None:
        """Let a sign-up pass; `token` is what the captcha gave the person's browser.

        Raises:
            Invalid: no token, or one that the captcha refuses.
            Unavailable: nobody can tell, or too many wait for an answer.
        """
        ...
