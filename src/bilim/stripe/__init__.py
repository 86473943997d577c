"""Stripe: payments by foreign cards, and subscriptions that renew by themselves. What is not about Stripe stays in `payments`."""
