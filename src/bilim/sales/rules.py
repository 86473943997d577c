"""What an instructor earns of a sale. No I/O."""


def share_of(amount: int, percent: int) -> int:
    """The instructor's share of what was paid for a course and did not go back, in tiyin: rounded down to a whole tiyin.

    The rest is the school's. Of a refund the share is what this rule gives before it, less what it gives after it: so the shares of one
    payment always add up to the share of what is left, and to 0 where all went back.

    >>> share_of(9_999, 70), share_of(1, 99), share_of(10_000, 0)
    (6999, 0, 0)
    """
    return amount * percent // 100


def kind_of(amount: int) -> str:
    """What a line of this amount is.

    >>> kind_of(1), kind_of(-1)
    ('sale', 'refund')
    """
    return "sale" if amount > 0 else "refund"
