"""Writes of tests, their sections and questions, attempts and grades."""
