"""Rooms for calls by WebRTC: who is in them, what they tell each other to connect, and the attendance of a group's lesson."""
