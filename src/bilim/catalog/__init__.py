"""What can be studied: courses, sections, lessons, words."""
