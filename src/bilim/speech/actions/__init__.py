"""Writes of speech, a module for each direction."""
