"""Bounds and decisions of interactive lessons. No I/O but this package's own prompts."""
