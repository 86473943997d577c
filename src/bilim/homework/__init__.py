"""Homework of groups and of courses: setting it, assigning it, handing it in, grading it."""
