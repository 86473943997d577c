"""Writes of homework: setting it, assigning it, handing it in, grading it."""
