"""What a certificate says by default, and how far somebody got. No I/O."""

CERTIFICATE_TITLE = "Certificate of Completion"
CODE_LENGTH = 26
"""Characters of a verification code: 130 random bits, so that nobody can guess one."""


def percent(completed: int, total: int) -> int:
    """How much of a course is finished, in whole percent; 100 only when all is.

    >>> percent(2, 3), percent(0, 0)
    (66, 0)
    """
    return completed * 100 // total if total else 0


def is_finished(completed: int, total: int) -> bool:
    """Whether all lessons of a course are finished. A course without lessons never is."""
    return 0 < total == completed
