"""A folder of .eml and .txt files that stands in for a mail server and for phones."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from integrations.deadline import require_time
from integrations.errors import NotSent
from integrations.notices.base import Mail, file_bytes, utc_now
from integrations.notices.texts import Text
from models import faults


class OutboxCarrier:
    """Writes each message as a file named by its message id; the same one twice is one file."""

    keeps: timedelta | None = None

    def __init__(self, folder: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._folder = folder
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Write the message whole or not at all. Raises NotSent when the folder cannot be used."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            require_time()
            faults.point("mail:before-call")
            _write_whole(self._path(mail.message_id), file_bytes(mail, self._clock()))
            faults.point("mail:after-call")
        except OSError:
            raise NotSent("outbox-not-writable") from None

    def find(self, message_id: str) -> bool | None:
        """Whether the file is there."""
        return self._path(message_id).is_file()

    def send_text(self, text: Text) -> None:
        """Write the text as a file named by its reference. Raises as ``send`` does."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            require_time()
            faults.point("mail:before-call")
            _write_whole(self._text(text.reference), f"To: {text.to}\n\n{text.text}\n".encode())
            faults.point("mail:after-call")
        except OSError:
            raise NotSent("outbox-not-writable") from None

    def find_text(self, reference: str) -> bool | None:
        """Whether the file is there."""
        return self._text(reference).is_file()

    def check(self) -> tuple[str, ...]:
        """A sentence when the folder cannot be written to."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(self._folder, os.W_OK | os.X_OK):
            return ()
        return (
            f"Notices cannot be written to {self._folder}. Let the engine write to that folder, "
            "or set [mail] smtp.",
        )

    def _text(self, reference: str) -> Path:
        return self._folder / f"{Path(reference).name}.txt"

    def _path(self, message_id: str) -> Path:
        bare = message_id.removeprefix("<").removesuffix(">")
        return self._folder / f"{Path(bare).name}.eml"


def _write_whole(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
