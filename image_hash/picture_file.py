"""A picture file, decoded within the limits that captures have."""

import io
import struct
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from domain.capture import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS
from domain.errors import ImageTooLarge, InvalidImage
from domain.file_parts import check_parts

_FORMATS = ("PNG", "JPEG", "WEBP")


def read_bytes(path: Path) -> bytes:
    """The bytes of a picture file.

    Raises:
        ImageTooLarge: Over the limit of bytes.
        OSError: It cannot be read.
    """
    if path.stat().st_size > MAX_IMAGE_BYTES:
        raise ImageTooLarge(f"the picture is over {MAX_IMAGE_BYTES} bytes")
    return path.read_bytes()


def decode_picture(data: bytes) -> npt.NDArray[np.uint8]:
    """Decodes a PNG, JPEG or WebP file as a screen would show it: upright, on white, first frame.

    Args:
        data: The file.

    Returns:
        Height x width x 3 RGB of 8 bits.

    Raises:
        InvalidImage: Not a picture in one of the three formats, or broken.
        ImageTooLarge: Over the limit of bytes, pixels or parts.
    """
    if len(data) > MAX_IMAGE_BYTES:
        raise ImageTooLarge(f"the picture is over {MAX_IMAGE_BYTES} bytes")
    check_parts(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                return _decoded(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge(f"the picture is over {MAX_IMAGE_PIXELS} pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise InvalidImage("not a PNG, JPEG or WebP picture that decodes") from error


def _decoded(picture: Image.Image) -> npt.NDArray[np.uint8]:
    if picture.width * picture.height > MAX_IMAGE_PIXELS:
        raise ImageTooLarge(f"the picture is over {MAX_IMAGE_PIXELS} pixels")
    upright = ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return np.asarray(upright.convert("RGB"), dtype=np.uint8)
