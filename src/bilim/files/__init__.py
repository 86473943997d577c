"""Uploaded files: staged outside any transaction, then claimed by a row inside one; what no row claims is swept."""
