"""The tutor: questions that a language model answers, conversations with it, and what they cost."""
