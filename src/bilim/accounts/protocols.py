"""What this slice needs of outside services."""

from typing import Protocol


class Captcha(Protocol):
    """Checks that a sign-up comes from a person, not from a program."""

    async def check(self, token: str | None) -> None:
        """Check a sign-up; `token` is the captcha's, from the person's browser.

        Raises:
            Invalid: no token, or one that the captcha refuses.
            Unavailable: the service does not answer, or too many calls wait for it.
        """
        ...
