"""What is done with homework, in the learning surface's words; setting and reading it is one resource with the centre's."""

from bilim.homework.api_learning import assignments, reading

ROUTES = [*reading.ROUTES, *assignments.ROUTES]
