"""Money that services take: orders, attempts to pay them, what the services said, and what was granted for it."""
