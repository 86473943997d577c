"""The forum, and feedback about the platform."""
