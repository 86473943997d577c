"""bilim: one platform for online courses, language learning and the daily running of a learning centre."""

__version__ = "1.0.0"
