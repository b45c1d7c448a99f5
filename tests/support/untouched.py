"""Kept files that nobody has touched for a while: younger ones are not destroyed."""

import os
import time
from pathlib import Path

from flows.kept_files import UNTOUCHED_SECONDS


def untouched(media: Path) -> None:
    """So long ago that nobody can be about to keep one of them."""
    then = time.time() - UNTOUCHED_SECONDS - 1
    for path in media.glob("*") if media.is_dir() else ():
        os.utime(path, (then, then))
