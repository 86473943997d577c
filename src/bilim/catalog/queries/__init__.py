"""Reads of courses, of categories and sections, and of lessons and words, a module each."""
