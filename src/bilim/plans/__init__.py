"""Subscription plans, who is subscribed, and quotas of what costs the school money."""
