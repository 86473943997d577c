"""Measure speech and print each figure with its bar."""

import sys

from bench.speech import decoding, speaking
from bench.speech.figures import Figure
from bilim.providers.engines import EnginePool


def main() -> None:
    """Print every part as soon as it is measured; end with status 1 where a figure misses its bar."""
    engine = EnginePool(decoding.COMMAND)
    mp3 = speaking.sample(engine)
    missed: list[Figure] = []
    for title, measure in (
        ("Reading aloud", lambda: speaking.speed(engine)),
        ("Reading aloud over HTTP", speaking.latency_and_memory),
        ("Decoding recordings", lambda: decoding.speed(engine, mp3)),
        ("Damaged recordings", lambda: decoding.damage(mp3)),
        ("Bombs", decoding.bombs),
    ):
        print(f"\n{title}")
        for figure in measure():
            print(figure, flush=True)
            missed += [] if figure.is_met else [figure]
    engine.close()
    if missed:
        sys.exit(f"\n{len(missed)} figures missed their bars: {', '.join(figure.name for figure in missed)}")


if __name__ == "__main__":
    main()
