"""Courses on their way to learners: submitted, approved, rejected, withdrawn; their versions."""
