"""Outside services, each behind the Protocol that its slice owns."""
