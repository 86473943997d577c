"""Writes of coupons and of their uses."""
