"""The ASGI application: `python -m uvicorn main:app`. Works from a checkout whether or not the package is installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from bilim.app import make_server

app = make_server()
