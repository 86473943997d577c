"""`python -m bilim.engines PROGRAM MEMORY`: run an engine within so many MiB of memory."""

import sys
from collections.abc import Mapping

from bilim.engines.serve import Load, Operation, serve


def _voice() -> Mapping[str, Operation]:
    from bilim.engines import voice

    return voice.load()


PROGRAMS: dict[str, Load] = {"voice": _voice}
"""What loads each program's libraries and operations."""


def main() -> None:
    """Run the program that the command line names."""
    name, mebibytes = sys.argv[1:]
    serve(PROGRAMS[name], int(mebibytes) * 1024 * 1024)


if __name__ == "__main__":
    main()
