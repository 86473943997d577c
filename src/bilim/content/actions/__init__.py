"""The import of teaching material: courses, and what is in them."""
