"""Reads of progress, of certificates and of reviews, a module each."""
