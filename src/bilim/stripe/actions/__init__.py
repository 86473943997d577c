"""Writes: what Stripe's events say, and refunds; a module each."""
