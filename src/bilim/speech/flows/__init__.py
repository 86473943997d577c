"""What waits for an engine between its transactions."""
