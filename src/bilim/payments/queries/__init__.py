"""Reads: payments, and figures over them; a module each."""
