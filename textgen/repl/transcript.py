"""The transcript: a file of JSON lines to which a conversation is appended while it happens."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self


class Transcript:
    """Appends what happens in a conversation to a file, so that a crash loses nothing.

    Each line has `time` (local, ISO 8601 with its offset), `model` and `event`, which is one of

    - `said`: a turn, with its `speaker` (`user` or `bot`) and `text`;
    - `retry`, `pick`: a turn of the bot that replaces its last one;
    - `undo`: the last message and its reply no longer count;
    - `reset`, `open`: a new conversation begins, or a saved one continues.

    Args:
        path: of the file; created if it does not exist.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", errors="replace", newline="\n")

    def add(self, model: str, event: str, speaker: str | None = None, text: str | None = None) -> None:
        """Appends one line and flushes it.

        Raises:
            OSError: it cannot be written, for example because the disk is full.
        """
        record: dict[str, str] = {"time": datetime.now().astimezone().isoformat(timespec="seconds")}
        record |= {"model": model, "event": event}
        if speaker is not None and text is not None:
            record |= {"speaker": speaker, "text": text}
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # every line was flushed, or its failure reported; a full disk would fail again
            self._file.close()
