"""`python -m bilim.engines.fetching NAME FOLDER`: fetch a Whisper model.

It may hang for ever, so whoever starts it must be ready to kill it.
"""

import sys
from importlib import import_module


def main() -> None:
    """Fetch the model that the command line names."""
    name, folder = sys.argv[1:]
    try:
        library = import_module("faster_whisper")
    except ImportError:
        sys.exit('faster-whisper is not installed: pip install "bilim[whisper]"')
    library.download_model(name, output_dir=folder)


if __name__ == "__main__":
    main()
