"""Reads of the marketplace."""
