"""The marketplace's course: what the catalogue has of it, with what learners made of it."""
