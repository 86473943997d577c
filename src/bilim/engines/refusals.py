"""What an engine raises where its input is at fault."""

from typing import Any


class Refused(Exception):
    """The input cannot be worked on, for a reason that its sender should know. The engine is fine and takes the next request."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
