"""Reads of homework, of what was handed in, and of the files of both."""
