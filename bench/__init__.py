"""What a request costs beside the least it could cost: `python -m bench`, or `make bench`.

The product and a bare server that does the same work (the *floor*, see `bench.floor`) are measured in turn inside one run, so that
the ratios hold on any machine. The figures are printed, never asserted: a test that fails on a busy machine says nothing.
"""
