"""Reads of the tutor."""
