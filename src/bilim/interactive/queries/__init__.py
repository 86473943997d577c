"""Reads of interactive lessons and avatars."""
