"""Speech in the learning surface's words, a module for each direction."""

from bilim.speech.api_learning import speaking

ROUTES = [*speaking.ROUTES]
