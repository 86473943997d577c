"""Decisions about questions and answers. No I/O."""
