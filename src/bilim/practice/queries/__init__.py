"""Reads of exercises and of words to review."""
