"""How often something may happen: windows counted by key, shared by all processes."""
