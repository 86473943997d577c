"""Writes of the tutor, a module for each thing."""
