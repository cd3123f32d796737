"""What is said to the user, and what is counted."""

import os
import sys
import threading
import uuid
from typing import NamedTuple

from .values import _brief, _text

_MAX_NOTICES = 100
_MAX_TOLD = 20
_MAX_TOLD_LENGTH = 500


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
        self.count = self._cut = 0
        self._told = []
        self._process = os.getpid()
        self._id = uuid.uuid4().hex
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
            self._cut += 1
            self._say(text, text)

    def losses(self, refused_by_platform):
        """All that this process has lost so far, for the platform; None in a forked one, which knows no more than its parent.

        Without the lock: a signal's handler may wait for the thread that asks, and have interrupted its holder.
        """
        if os.getpid() != self._process:
            return None
        return {
            "reporter": self._id,
            "refused": self.count + refused_by_platform,
            "cut": self._cut,
            "notices": list(self._told),
        }

    def _say(self, key, text):
        if key in self._said or len(self._said) > _MAX_NOTICES:
            return
        self._said.add(key)
        if len(self._told) < _MAX_TOLD:
            line = "".join(character if character.isprintable() else " " for character in text).strip()
            self._told.append((line or "?")[:_MAX_TOLD_LENGTH])
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
