"""How figures are derived from counts. No I/O."""


def minutes_of(estimated: int, finished: int, lessons: int) -> int:
    """The part of a course's estimated minutes that finished lessons stand for, in whole minutes.

    Lessons that were deleted since they were finished count, up to the whole course.

    >>> minutes_of(90, 2, 4), minutes_of(90, 5, 4), minutes_of(90, 1, 0)
    (45, 90, 90)
    """
    return estimated * min(finished, lessons) // lessons if lessons else estimated
