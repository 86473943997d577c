"""Reads of tests, papers, attempts and their results."""
