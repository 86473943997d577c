"""Exams that students enter by a code, and their results (document 002, sections 13 and 14)."""
