"""Public images are re-encoded, so that nothing else in an uploaded file (locations, scripts, other formats) is kept."""

import secrets
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from bilim.files.kinds import StagedFile
from bilim.files.store import Store
from bilim.kit.errors import Invalid

_FOLDER = "public/images"
_MAX_PIXELS = 40_000_000
_THUMBNAIL_SIZE = (1600, 1600)
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def draw(store: Store, staged: StagedFile, field: str) -> StagedFile:
    """An uploaded image as a WebP of at most 1,600 pixels a side, staged under `public/`; the upload itself is deleted.

    It takes up to a second of a core: not for the event loop, nor for a transaction.

    Raises:
        Invalid: no image of the allowed kinds, or one of over 40 million pixels, which is refused before it is decoded.
    """
    try:
        drawn = _drawn(store.path(staged.name))
    except Image.DecompressionBombError:
        raise Invalid(None, **{field: "too_many_pixels"}) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Invalid(None, **{field: "no_image"}) from None
    finally:
        store.delete(staged.name)
    name = f"{_FOLDER}/{secrets.token_urlsafe(16)}.webp"
    with store.create(name) as target:
        drawn.save(target, "WEBP", quality=85)
        size = target.tell()
    return StagedFile(name, staged.filename, size, b"")


def _drawn(path: Path) -> Image.Image:
    """The image of a file, small.

    Raises:
        Image.DecompressionBombError: too many pixels.
        OSError, ValueError, SyntaxError: no image; Pillow's plugins raise each of them.
    """
    with Image.open(path, formats=_FORMATS) as image:
        if image.width * image.height > _MAX_PIXELS:
            raise Image.DecompressionBombError
        image.thumbnail(_THUMBNAIL_SIZE)
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
