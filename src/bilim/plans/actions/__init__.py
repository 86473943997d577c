"""Writes of plans, of subscriptions and of quotas, a module each."""
