"""Studying: enrolments, completed lessons, certificates, reviews."""
