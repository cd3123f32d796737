"""What a script says about its metrics: which value of them is their result, and which metric is their step."""

import fnmatch
import math
import time

from .values import _text

_SUMMARIES = ("min", "max", "last")
_SUMMARY_INTERVAL = 10.0


class _Definitions:
    """The metrics of a run that were defined. A name may be a pattern, such as ``val/*``."""

    def __init__(self):
        self._defined = {}
        self._known = {}
        self._results = {}
        self._changed = {}
        self._steps = {}
        self._last_change = 0.0

    def __bool__(self):
        return bool(self._defined)

    def define(self, name, summary, step_metric):
        if summary is not None and summary not in _SUMMARIES:
            raise ValueError("a summary is one of %s, not %s" % (", ".join(_SUMMARIES), _text(summary)))
        self._defined[_text(name)] = (summary, None if step_metric is None else _text(step_metric))
        self._known = {}

    def _of(self, key):
        found = self._known.get(key)
        if found is None:
            found = self._defined.get(key) or next(
                (self._defined[name] for name in self._defined if fnmatch.fnmatchcase(key, name)), (None, None)
            )
            self._known[key] = found
        return found

    def observe(self, values):
        """Notes the results, and returns the values by the step of their step metric; None is the step of the others."""
        self._steps.update((key, value) for key, value in values)
        by_step = {}
        for key, value in values:
            summary, step_metric = self._of(key)
            if summary is not None:
                self._note(key, summary, value)
            step = self._steps.get(step_metric) if step_metric is not None else None
            is_step = isinstance(step, float) and step == int(step)
            by_step.setdefault(int(step) if is_step else None, []).append((key, value))
        return by_step

    def _note(self, key, summary, value):
        if summary == "last":
            self._changed[key] = value
            return
        if not isinstance(value, float):  # NaN and infinity are no results.
            return
        best = self._results.get(key, math.inf if summary == "min" else -math.inf)
        if value < best if summary == "min" else value > best:
            self._results[key] = self._changed[key] = value

    def take_changes(self, at_once):
        """Results that are not in the run's summary yet; not too often while the training runs."""
        now = time.monotonic()
        if not self._changed or not at_once and now - self._last_change < _SUMMARY_INTERVAL:
            return {}
        self._last_change = now
        changes, self._changed = self._changed, {}
        return changes
