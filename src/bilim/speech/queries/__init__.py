"""Reads of pronunciation."""
