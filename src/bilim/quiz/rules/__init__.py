"""Decisions and sums about tests. No I/O."""
