"""Feedback on what learners write: computed from the text, never invented."""
