"""A picture file, decoded within the limits that captures have."""

import io
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from domain.capture import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS
from domain.errors import ImageTooLarge, InvalidImage
from domain.file_parts import check_parts
from domain.ground import EVEN, ground
from domain.upright import DAMAGED, upright

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
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                return _decoded(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge(f"the picture is over {MAX_IMAGE_PIXELS} pixels") from error
    except DAMAGED as error:
        raise InvalidImage("not a PNG, JPEG or WebP picture that decodes") from error


def _decoded(picture: Image.Image) -> npt.NDArray[np.uint8]:
    if picture.width * picture.height > MAX_IMAGE_PIXELS:
        raise ImageTooLarge(f"the picture is over {MAX_IMAGE_PIXELS} pixels")
    picture.load()
    return upright(np.asarray(_on_white(picture), dtype=np.uint8), picture.getexif)


def _on_white(image: Image.Image) -> Image.Image:
    """Any mode to RGB, as `ocr.decode` has it: a bank's picture must look like the capture that shows it."""
    if image.mode.startswith("I"):  # 16 bits, which Pillow would clip to white
        deep = np.asarray(image).astype(np.uint32)
        return Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    if clear.getchannel("A").getextrema() in EVEN:
        return clear.convert("RGB")
    below = ground(np.asarray(clear.getchannel("A")), lambda: np.asarray(clear.convert("RGB").convert("L")))
    return Image.alpha_composite(Image.new("RGBA", clear.size, below), clear).convert("RGB")
