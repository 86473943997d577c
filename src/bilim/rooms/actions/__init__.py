"""Writes of rooms, and of the attendance of lessons in them."""
