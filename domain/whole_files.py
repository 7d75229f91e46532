"""Writes files of which nobody ever sees a part."""

import os
import uuid
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file, whole or not at all, whoever else reads or writes it: after a crash it is the old one or the new.

    Args:
        path: The file; its folder is there.
        content: All of it.

    Raises:
        OSError: If it could not be written; nothing is left of it.
    """
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.new")
    try:
        with beside.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
