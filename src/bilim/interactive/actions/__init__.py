"""Writes of interactive lessons, and of learners' sessions with them."""
