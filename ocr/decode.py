"""Encoded bytes to pixels, within limits that are judged before any pixel is decoded."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from domain.capture import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS
from domain.errors import ImageTooLarge, InvalidImage
from domain.file_parts import check_parts
from domain.ground import EVEN, ground
from domain.upright import DAMAGED, upright

Pixels = NDArray[np.uint8]
"""Height x width x 3, red first, contiguous."""

_FORMATS = ("PNG", "JPEG", "WEBP")


def check_bytes(image: bytes) -> None:
    """Judges the encoded bytes by their number alone.

    Raises:
        InvalidImage: If there are none.
        ImageTooLarge: If there are too many.
    """
    if not image:
        raise InvalidImage("the image is empty: 0 bytes")
    if len(image) > MAX_IMAGE_BYTES:
        raise ImageTooLarge(f"the image has {len(image)} bytes; the limit is {MAX_IMAGE_BYTES}")


def decode(image: bytes) -> Pixels:
    """Decodes a PNG, JPEG or WebP as a viewer would show it.

    The first frame of an animation, turned as its EXIF orientation says, on white where it is
    transparent. Not for several threads at once: Pillow's warnings are turned into errors meanwhile,
    and Python keeps one list of warnings for all threads.

    Raises:
        InvalidImage: If it is empty, in no accepted format, truncated or damaged.
        ImageTooLarge: If it is over the limit of bytes, pixels or parts; nothing has been decoded then.
    """
    check_bytes(image)
    check_parts(image)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            opened = Image.open(io.BytesIO(image), formats=_FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
            raise ImageTooLarge(f"the image has more than {MAX_IMAGE_PIXELS} pixels") from fault
        except UnidentifiedImageError as fault:
            raise InvalidImage("the bytes are not a PNG, JPEG or WebP image") from fault
        except DAMAGED as fault:
            raise InvalidImage("the image is truncated, or its header is damaged") from fault
        with opened:
            return _pixels(opened)


def _pixels(opened: Image.Image) -> Pixels:
    width, height = opened.size
    if width * height > MAX_IMAGE_PIXELS:
        raise ImageTooLarge(
            f"the image is {width} x {height} = {width * height} pixels; the limit is {MAX_IMAGE_PIXELS}"
        )
    try:
        opened.load()
        return upright(np.asarray(_on_white(opened), dtype=np.uint8), opened.getexif)
    except DAMAGED as fault:
        raise InvalidImage(f"the {opened.format} image is truncated or damaged") from fault


def _on_white(image: Image.Image) -> Image.Image:
    """Any mode to RGB; 16-bit grey is scaled rather than clipped, which would turn it white.

    `image_hash.picture_file` does the same, and a test holds the two together.
    """
    if image.mode.startswith("I"):
        deep = np.asarray(image).astype(np.uint32)
        return Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    clear = image.convert("RGBA")
    if clear.getchannel("A").getextrema() in EVEN:
        return clear.convert("RGB")
    below = ground(np.asarray(clear.getchannel("A")), lambda: np.asarray(clear.convert("RGB").convert("L")))
    return Image.alpha_composite(Image.new("RGBA", clear.size, below), clear).convert("RGB")
