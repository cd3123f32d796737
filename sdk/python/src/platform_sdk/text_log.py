"""Texts that grow, such as what a program logs."""

import os
import threading
import time

from .values import _now

_WRITE_INTERVAL = 2.0
_LATER_WRITE_INTERVAL = 10.0
_PARTS_WRITTEN_SOON = 30
_MAX_PART = 256 * 1024
_MAX_UNWRITTEN = 16 << 20


class _TextLog:
    """Lines that are stored as one file after another: what was stored never changes, so nothing is sent twice."""

    def __init__(self):
        self._number = 0
        self._begin()
        self._since = time.monotonic()

    def _begin(self):
        self._gate = threading.RLock()
        self._lines = []
        self._size = 0
        self._process = os.getpid()
        self._since = -_LATER_WRITE_INTERVAL
        self._at = None

    def _notice_fork(self):
        """What the parent has in memory is the parent's to store. The first lines of a process that was forked are stored at
        once: it may end at any time."""
        if self._process != os.getpid():
            self._begin()

    def add(self, text):
        """Raises ValueError when there is too much."""
        self._notice_fork()
        with self._gate:
            if self._size + len(text) > _MAX_UNWRITTEN:
                raise ValueError("%d MiB wait to be written" % (_MAX_UNWRITTEN >> 20))
            if not self._lines:
                self._at = _now()
            self._lines.append(text if text.endswith("\n") else text + "\n")
            self._size += len(text) + 1

    def take(self, at_once):
        """The number, the time and the content of the next part; None when it is not due.

        It is the caller's to store, without the lock: whoever writes a line never waits for the disk.
        """
        self._notice_fork()
        with self._gate:
            interval = _WRITE_INTERVAL if self._number < _PARTS_WRITTEN_SOON else _LATER_WRITE_INTERVAL
            is_due = at_once or self._size >= _MAX_PART or time.monotonic() - self._since >= interval
            if not self._lines or not is_due:
                return None
            lines, self._lines, self._size = self._lines, [], 0
            self._since = time.monotonic()
            self._number += 1
            return self._number, self._at, "".join(lines).encode("utf-8", "replace")
