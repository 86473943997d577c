"""Programs for speech that run in processes of their own and are never imported by the server (ADR 31).

`python -m bilim.engines voice 512` reads requests from its standard input and writes replies to its standard output (`kit.frames`). A
crash, a hang or a leak in a library for sound so ends such a process, never the server. They use nothing of bilim but `kit`.
"""
