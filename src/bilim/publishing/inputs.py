"""What an admin says of a submitted course."""

from bilim.kit.fields import Reason
from bilim.kit.inputs import Input


class Rejection(Input, kw_only=True):
    """Why a course is not published yet; its author reads it."""

    reason: Reason
