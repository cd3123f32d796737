"""Python's logging on a run."""

from __future__ import annotations

import logging
from typing import Optional

from .functions import _open_run
from .tracked_run import Run


class LogHandler(logging.Handler):
    """Adds what a program logs to a text of the run: ``logging.getLogger().addHandler(LogHandler())``.

    That is the run that is open, unless one is given; without one nothing is kept.
    """

    def __init__(self, run: Optional[Run] = None, level: int = logging.NOTSET, name: str = "log") -> None:
        super().__init__(level)
        self._run = run
        self._text = name

    def emit(self, record: logging.LogRecord) -> None:
        """Adds a line."""
        try:
            run = self._run or _open_run()
            if run is not None and run.is_enabled and not run.is_finished:
                run.log_text(self.format(record), self._text)
        except Exception:
            self.handleError(record)
