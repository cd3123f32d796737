"""What is said to the user, and what is counted."""

import sys
import threading
from typing import NamedTuple

from .values import _brief, _text

_MAX_NOTICES = 100


def _notify_user(text):
    try:
        # Where what is printed is a text of the run, notices are no part of it: they are made while locks are held.
        stream = getattr(sys.stderr, "untracked_stream", sys.stderr)
        print("platform: " + text, file=stream, flush=True)
    except (OSError, RuntimeError, ValueError, AttributeError):
        pass  # It is closed, or a signal interrupted another thread's or this thread's own output.


class _Refusals:
    """Counts what can't be stored, and says so once for each name."""

    def __init__(self):
        self._said = set()
        self.count = 0
        self.after_fork()

    def after_fork(self):
        """Another thread may have held the lock when the process was forked."""
        self._gate = threading.RLock()  # A signal's handler may interrupt its holder.

    def add(self, name, reason):
        with self._gate:
            self.count += 1
        self.say(name, reason)

    def say(self, name, reason):
        """The same for what is counted elsewhere."""
        with self._gate:
            self._say(_text(name), "%s is not stored: %s" % (_brief(name), reason))

    def note(self, text):
        """Says once what was changed about something that is stored."""
        with self._gate:
            self._say(text, text)

    def _say(self, key, text):
        if key in self._said or len(self._said) > _MAX_NOTICES:
            return
        self._said.add(key)
        _notify_user(text if len(self._said) <= _MAX_NOTICES else "more is not stored; further names are not listed")


class Report(NamedTuple):
    """What became of everything that was logged: how many values and artifacts are stored on the platform, can't be stored,
    and are still waiting. True when nothing waits."""

    stored: int
    refused: int
    waiting: int

    def __bool__(self) -> bool:
        return self.waiting == 0


class _Unavailable(Exception):
    """The platform could not accept a record now; it may later."""


class _Refused(Exception):
    """The platform will never accept this record."""

    def __init__(self, status, reason):
        super().__init__("%d: %s" % (status, reason))
        self.status = status
