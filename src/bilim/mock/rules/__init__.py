"""Decisions and sums about mock tests. No I/O."""
