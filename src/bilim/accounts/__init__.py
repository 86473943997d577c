"""People: accounts, roles, sign-in, profiles."""
