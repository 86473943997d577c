"""IELTS mock tests: papers, sessions against the clock, answers, keys and bands (document 002, section 18)."""
