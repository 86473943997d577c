"""Coupons: codes that lower the price of courses."""
