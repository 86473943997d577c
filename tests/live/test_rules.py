"""How fast a client may send."""

from bilim.live.rules import Bucket, Rate


def test_what_is_left_may_be_taken_to_the_last() -> None:
    bucket = Bucket(Rate(burst=3, per_second=1), now=0.0)
    assert [bucket.take(2, 0.0), bucket.take(1, 0.0), bucket.take(0.5, 0.0)] == [True, True, False]


def test_it_fills_with_time_up_to_its_burst() -> None:
    bucket = Bucket(Rate(burst=3, per_second=2), now=10.0)
    assert bucket.take(3, 10.0)
    assert [bucket.take(1, 10.25), bucket.take(1, 10.5), bucket.take(1, 10.5)] == [False, True, False]
    assert [bucket.take(3.5, 99.0), bucket.take(3, 99.0), bucket.take(0.5, 99.0)] == [False, True, False]
