"""Writes: of the exams themselves, of taking them, and of results, a module each."""
