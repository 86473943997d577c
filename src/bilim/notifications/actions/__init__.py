"""Writes of notifications: telling, reading, choosing, pushing."""
