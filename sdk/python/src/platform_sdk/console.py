"""What a script prints, as a text of its run."""

import os
import re
import sys
import threading
import time

from .notices import _notify_user
from .values import _brief

_TQDM_MODES = ("last", "second", "off")
_PROGRESS_INTERVAL = 1.0
_MAX_LINE = 64 * 1024
_MAX_ROWS_ON_SCREEN = 16
_PIECE = re.compile(r"[^\r\n\x1b]+|\r\n|\r|\n|\x1b\[([0-9;?]*)([A-Za-z])|\x1b")


class _Row:
    """A line that may still be drawn over."""

    def __init__(self):
        self.text = ""
        self.is_drawn = self.is_progress = False
        self.kept = ""
        self.since = time.monotonic()


class _Printed:
    """Puts what is printed together as lines.

    A progress bar draws over its own line; several of them go down to theirs and up again. Of a bar the mode ``last`` keeps
    how it ended, ``second`` also how it stood once a second, ``off`` nothing.
    """

    def __init__(self, add, mode):
        self._add = add
        self._mode = mode
        self._begin()

    def _begin(self):
        self._gate = threading.RLock()
        self._process = os.getpid()
        self._rows = [_Row()]
        self._at = self._draws = 0
        self._is_returned = False

    def feed(self, text):
        if self._process != os.getpid():
            self._begin()  # The line that the parent has begun is the parent's.
        with self._gate:
            for piece in _PIECE.finditer(text):
                characters = piece.group()
                if characters in ("\n", "\r\n"):
                    self._go_down()
                elif characters == "\r":
                    self._is_returned = True
                elif piece.group(2) == "A":
                    self._at = max(0, self._at - int(piece.group(1) or 1))
                    self._draws = 0
                elif characters[0] != "\x1b":  # Colors and the like are left out.
                    self._write(characters)

    def _write(self, text):
        row = self._rows[self._at]
        if not self._is_returned:
            row.text += text
        else:
            self._is_returned = False
            # A line that was wiped may become one as any other.
            row.is_progress = bool(row.text.strip())
            if row.is_progress and self._mode == "second":
                self._keep_state(row)
            if not row.is_drawn:
                row.is_drawn, row.since = True, time.monotonic()
            row.text = text
            self._draws += 1
            if self._draws > 1:
                # Nothing went up since: the bars above have ended.
                self._keep_rows_above()
        if len(row.text) > _MAX_LINE:
            self._go_down()

    def _keep_state(self, row):
        now = time.monotonic()
        if now - row.since >= _PROGRESS_INTERVAL:
            row.since = now
            row.kept = row.text.rstrip()
            self._add(row.kept)

    def _go_down(self):
        row = self._rows[self._at]
        self._at += 1
        self._draws = 0
        self._is_returned = False
        if self._at == len(self._rows):
            self._rows.append(_Row())
        # A bar may have been drawn for the first time, and the next one be below it.
        if not row.is_drawn or self._at > _MAX_ROWS_ON_SCREEN:
            self._keep_rows_above()

    def _keep_rows_above(self):
        above, self._rows = self._rows[: self._at], self._rows[self._at :]
        self._at = 0
        for row in above:
            self._keep(row)

    def _keep(self, row):
        text = row.text.rstrip() if row.is_drawn else row.text
        is_left_out = row.is_progress and self._mode == "off" or row.is_drawn and text in ("", row.kept)
        if not is_left_out:
            self._add(text)

    def end(self):
        with self._gate:
            rows, self._rows, self._at = self._rows, [_Row()], 0
            for row in rows:
                if row.text:
                    self._keep(row)


class _Tee:
    """A stream that also adds what is written to a run's text."""

    def __init__(self, stream, printed):
        self._stream = stream
        self._printed = printed
        self._is_open = True
        self.untracked_stream = getattr(stream, "untracked_stream", stream)

    def release(self):
        """What still holds this stream goes on to print."""
        self._is_open = False
        self._printed.end()

    def write(self, text):
        count = self._stream.write(text)
        try:
            if self._is_open:
                self._printed.feed(text)
        except Exception:
            pass  # Printing never fails because it is tracked.
        return count

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def __getattr__(self, name):
        if name == "_stream":
            raise AttributeError(name)  # It is being copied.
        return getattr(self._stream, name)


def _capture_console(run, mode):
    """Adds what the script prints to the run's text ``console``, until the run ends."""
    if mode not in _TQDM_MODES:
        _notify_user("tqdm_mode is last, second or off, not %s; it is last" % _brief(mode))
        mode = "last"
    tees = {}
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None:
            tees[name] = _Tee(stream, _Printed(lambda line: run.log_text(line, "console"), mode))
            setattr(sys, name, tees[name])

    def release():
        for name, tee in tees.items():
            tee.release()
            if getattr(sys, name) is tee:
                setattr(sys, name, tee._stream)

    run._before_end.insert(0, release)
