"""Payments, expenses and their sums."""
