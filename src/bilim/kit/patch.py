"""Bodies of changes: which fields were sent at all."""

from typing import Any

from msgspec import UNSET, Struct


def sent_fields(body: Struct, *names: str) -> dict[str, Any]:
    """The fields of a body that the caller sent, null included; all of them, or only `names`.

    A field left out of a body is UNSET and changes nothing (CONTRACT section 2).
    """
    values = {name: getattr(body, name) for name in names or body.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}
