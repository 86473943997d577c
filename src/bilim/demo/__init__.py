"""Demo content: three courses and people of every role."""
