"""Demo content: three courses, a learning centre and people of every role."""
