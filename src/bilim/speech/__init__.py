"""Speech: texts read aloud, recordings understood."""
