"""Writes: checkouts, the ledger of what services say, what is granted for it, and what is kept for a time; a module each."""
