"""Inputs about rooms, the messages that participants send, and this slice's jobs."""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Struct

from bilim.kit.fields import Id, ShortText
from bilim.kit.inputs import Input, Omittable
from bilim.kit.jobs import Job
from bilim.rooms.rules import MAX_PARTICIPANTS

Seats = Annotated[int, Meta(ge=2, le=MAX_PARTICIPANTS)]
Minutes = Annotated[int, Meta(ge=0, le=24 * 60)]


class RoomInput(Input, kw_only=True):
    """A room; `group_id` is for staff, who may write the attendance of its lesson then."""

    name: Omittable[ShortText] = UNSET
    is_private: Omittable[bool] = UNSET
    max_participants: Omittable[Seats] = UNSET
    group_id: Omittable[Id] = UNSET


class AttendanceInput(Input, kw_only=True):
    """From which minute on somebody came late."""

    late_after_minutes: Omittable[Minutes] = UNSET


class SweepRooms(Job):
    """Let go of participants whose process is gone, end rooms in which nobody is, delete old ones."""

    kind: ClassVar[str] = "rooms.sweep"
    runs_after_restore: ClassVar[bool] = True


PeerId = Annotated[str, Meta(min_length=1, max_length=16)]
Description = Annotated[str, Meta(min_length=1, max_length=60_000)]
"""A session's description (SDP, RFC 8866)."""
_Line = Annotated[str, Meta(max_length=4_000)]


class IceCandidate(Struct):
    """A way to reach a peer, under the names of the browsers' RTCIceCandidateInit; other fields are not passed on."""

    candidate: _Line
    sdpMid: Annotated[str, Meta(max_length=100)] | None = None  # noqa: N815 - the browsers' name
    sdpMLineIndex: Annotated[int, Meta(ge=0, le=65_535)] | None = None  # noqa: N815 - the browsers' name
    usernameFragment: Annotated[str, Meta(max_length=300)] | None = None  # noqa: N815 - the browsers' name


class Offer(Struct, tag="offer"):
    """What the sender would like to send and receive."""

    to: PeerId
    sdp: Description


class Answer(Struct, tag="answer"):
    """What the sender agrees to."""

    to: PeerId
    sdp: Description


class Candidate(Struct, tag="candidate"):
    """A way to reach the sender; null where there are no more."""

    to: PeerId
    candidate: IceCandidate | None


class AskParticipants(Struct, tag="participants"):
    """Ask who is here."""


class Ping(Struct, tag="ping"):
    """Ask whether the connection works."""


class Leave(Struct, tag="leave"):
    """Leave the room."""


Routed = Offer | Answer | Candidate
"""Messages to one peer."""
Incoming = Offer | Answer | Candidate | AskParticipants | Ping | Leave
"""All that a participant may send."""


def forwarded(message: Routed, sender: str) -> dict[str, Any]:
    """What the peer gets: the message with its sender in place of its receiver."""
    match message:
        case Candidate(candidate=candidate):
            return {"type": "candidate", "from": sender, "candidate": candidate}
        case Offer(sdp=sdp):
            return {"type": "offer", "from": sender, "sdp": sdp}
        case Answer(sdp=sdp):
            return {"type": "answer", "from": sender, "sdp": sdp}
