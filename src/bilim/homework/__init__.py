"""Homework of groups."""
