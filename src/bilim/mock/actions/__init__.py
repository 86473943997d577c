"""Writes of mock tests, sessions, answers, bands and keys."""
