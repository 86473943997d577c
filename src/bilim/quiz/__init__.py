"""Tests of the learning platform: sections and questions, attempts against the clock, results, grades, imports and item analysis."""
