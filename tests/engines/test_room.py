"""The noise of a room behind recordings that have none."""

from array import array

import pytest

pytest.importorskip("av")

from bilim.engines.room import in_room

LOUDEST = 32_767


def numbers(samples: bytes) -> list[int]:
    return array("h", samples).tolist()


def test_silence_becomes_the_same_faint_noise_each_time() -> None:
    noise = numbers(in_room(bytes(2 * 40_000)))
    assert numbers(in_room(bytes(2 * 40_000))) == noise
    assert len(noise) == 40_000
    assert 35 < (sum(value * value for value in noise) / len(noise)) ** 0.5 < 45
    assert noise[:16_000] == noise[16_000:32_000]


def test_noise_is_added_to_what_is_there() -> None:
    noise = numbers(in_room(bytes(200)))
    assert numbers(in_room(array("h", [1000, -1000] * 50).tobytes())) == [
        value + (1000, -1000)[place % 2] for place, value in enumerate(noise)
    ]


@pytest.mark.parametrize("extreme", [LOUDEST, -LOUDEST - 1])
def test_the_loudest_samples_stay_the_loudest(extreme: int) -> None:
    noise = numbers(in_room(bytes(200)))
    heard = numbers(in_room(array("h", [extreme] * 100).tobytes()))
    assert heard == [max(-LOUDEST - 1, min(LOUDEST, extreme + value)) for value in noise]
    assert heard.count(extreme) > 30
