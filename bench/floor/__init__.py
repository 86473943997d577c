"""The floor: the least that the same answers can cost in Python on this machine.

Defined once, for every ratio: uvicorn with the product's version, event loop and HTTP parser, no access log; one process; a bare ASGI
function without framework; one connection of the raw driver, used in the event loop without a thread; the endpoint's whole SQL, which
includes the session and the user behind the token, in one transaction (BEGIN IMMEDIATE and COMMIT for SQLite's write); the token
verified with joserfc as the product verifies it; the same bytes of body. Left out is what a product needs besides: checks of input,
roles, errors, documentation, request ids, logs, parallel requests.

It serves students without premium, and lessons that are not the last one of their course: the bench asks for nothing else.
Started with `python -m bench.floor PORT`; it reads DATABASE_URL and SECRET_KEY from the environment as the product does.
"""
