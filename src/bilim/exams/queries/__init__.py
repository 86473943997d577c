"""Reads of exams, of results, and of how the questions of an exam did, a module each."""
