"""Speech in the learning surface's words, a module for each direction."""

from bilim.speech.api_learning import hearing, pronunciation, speaking

ROUTES = [*speaking.ROUTES, *hearing.ROUTES, *pronunciation.ROUTES]
