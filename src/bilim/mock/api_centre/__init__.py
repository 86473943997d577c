"""Mock tests in the centre's words (document 002, section 18)."""

from bilim.mock.api_centre import answers, keys, sessions, tests

ROUTES = [*tests.ROUTES, *sessions.ROUTES, *answers.ROUTES, *keys.ROUTES]
