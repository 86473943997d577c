"""Recommendations: which lesson to study next, and why."""
