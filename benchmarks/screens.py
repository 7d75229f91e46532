"""The sample captures as pixels."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

_CAPTURES = Path(__file__).parents[1] / "demo" / "captures"


def read_screens(most: int) -> list[npt.NDArray[np.uint8]]:
    """So many of the sample captures, those with pictures first: height x width x 3."""
    paths = sorted(_CAPTURES.glob("*.png"), key=lambda path: (path.stem != "feed_poster", path.stem))
    return [np.asarray(Image.open(path).convert("RGB")) for path in paths[:most]]
