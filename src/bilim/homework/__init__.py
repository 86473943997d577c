"""What is set to be done at home."""
