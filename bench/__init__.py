"""What a request costs beside the least it could cost: `python -m bench`, or `make bench`.

Run as `python -m bench --json FILE` it keeps its figures; `--before FILE` prints an earlier run's beside today's.

The product and a bare server that does the same work (the *floor*, see `bench.floor`) are measured in turn inside one run, so that
the ratios hold on any machine. The figures are printed, never asserted: a test that fails on a busy machine says nothing.

Besides, short requests are measured beside slow neighbours, as a multiple of what they take alone (see `bench.mixed`).
"""
