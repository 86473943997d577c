"""Writes: checked answers, reviewed words, reminders."""
