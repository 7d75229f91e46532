"""Where an unforeseen error happened, for a log that must not hold what was scored."""

import traceback
from pathlib import Path

_FRAMES = 6


def where(error: BaseException) -> str:
    """Type of an error and the innermost frames; never its message, which may quote a pupil's text."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return f"{type(error).__name__} at {' > '.join(places)}"
