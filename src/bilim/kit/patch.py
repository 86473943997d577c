"""Bodies of changes: which fields were sent at all."""

from bilim.kit.inputs import sent_fields

__all__ = ["sent_fields"]
