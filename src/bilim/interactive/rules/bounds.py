"""How long and how often somebody may talk."""

from datetime import timedelta

from bilim.limits.rules import Limit

MAX_MESSAGE = 2_000
"""Characters of a message: two minutes of speech, the longest recording that is heard."""
SPOKEN_CHARS = 400
"""Of an answer so much is read aloud, and so many of `tts_chars`, or what is left of them, are taken before its length is known."""
MAX_INTERACTIONS = 200
"""Of one session."""
RECENT = 6
"""Interactions that a new message is answered with."""
IDLE = timedelta(hours=24)
"""A session in which nobody says anything for so long is over."""
ANSWERED_WITHIN = timedelta(minutes=5)
"""Longer than listening, answering and reading aloud may take together."""
VOICE_LOOP = Limit("voice-loop", 20, timedelta(minutes=1))
"""CONTRACT section 8: 20 a minute and user."""
TALKING = Limit("lesson-message", 30, timedelta(minutes=1))
"""As often as questions may be asked."""
STARTING = Limit("start-lesson", 30, timedelta(minutes=1))
DEFAULT_AVATAR = "default"
DEFAULT_REPLY_LANGUAGE = "uz"
