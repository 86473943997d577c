"""Pure building blocks of the domain: no I/O, no framework."""
