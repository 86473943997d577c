"""Interactive lessons in the learning surface's words, a module for each part."""

from bilim.interactive.api_learning import lessons, sessions, voice

ROUTES = [*lessons.ROUTES, *sessions.ROUTES, *voice.ROUTES]
