"""Figures of the whole platform and of one learner: read models, which own no tables."""
