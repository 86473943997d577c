"""Practice: exercises made of lessons, and words that come back when they are about to be forgotten."""
