"""Takes what a run logs: from memory to the spool, and from there to the platform."""

import os
import sys
import threading
import time
import weakref

from .exit_status import _catch_termination_again
from .notices import Report, _notify_user
from .sender import _Sender
from .spool import _Spool
from .values import _MAX_STEP, _line, _reason, _timestamp

_MAX_POINTS_IN_MEMORY = 1_000_000
_POINTS_PER_RECORD = 1000
_FLUSH_INTERVAL = 0.2
_WORKER_WAIT = 0.5
_MAX_MEDIA_UNSENT = 4 << 30
_LONGEST_WAIT_FOR_STEP = 2.0

_recorders = weakref.WeakSet()


class _Recorder:
    """A run's records of this process. One thread writes them to the spool, another sends the spool.

    In a process that was forked from the run's process everything is new, and starts with what it logs first.
    """

    def __init__(
        self,
        server,
        token,
        run_id,
        run_record,
        spool_folder,
        refusals,
        on_write=lambda at_once: None,
        is_continued=False,
    ):
        self._address = (server, token)
        self._run_id = run_id
        self._run_record = run_record
        self.spool_folder = spool_folder
        self._refusals = refusals
        self._on_write = on_write
        self._next_step = 1
        # Until when to wait for the last step of a run that goes on; None when it is known, or not needed.
        self._step_due = time.monotonic() + _LONGEST_WAIT_FOR_STEP if is_continued else None
        self._last_time = 0
        self.is_forked = False
        self._begin()
        _recorders.add(self)
        with self.gate:
            self._start()

    def _begin(self):
        self.gate = threading.Condition()
        self._points = []
        self._records = []
        self._lost = self._accepted = 0
        self._busy = self._flush_requested = self._finishing = self._has_collected = False
        self._last_write = 0.0
        self._media_bytes = 0
        self._spool = self._sender = self._collector = None
        self._process = os.getpid()

    @property
    def is_of_this_process(self):
        """False in a process that was forked a moment ago, as long as everything here is still that of its parent: a lock
        may be held by a thread that does not exist here."""
        return self._process == os.getpid()

    def _start(self):
        left = _Spool.take_over(self.spool_folder, self._run_id)
        self._spool = _Spool.create(self.spool_folder, self._run_id)
        self._spool.append(_line(self._run_record))
        self._sender = _Sender(
            *self._address, self._run_id, self._run_record, self._spool, left, self._refusals, self.spool_folder
        )
        if self._step_due is not None:
            self._sender.on_last_step = self._go_on_after
        self._sender.start()
        self._collector = threading.Thread(target=self._collect, name="platform-collector", daemon=True)
        self._collector.start()

    def after_fork(self):
        """What the parent holds in memory is the parent's to send; its threads do not exist here."""
        if self._spool is not None:
            self._spool.abandon()
        self.is_forked = True
        self._step_due = None
        self._refusals.after_fork()
        # Only the process that began the run says when; said again later, it would start an ended run again.
        self._run_record = dict(self._run_record, body=dict(self._run_record["body"]))
        self._run_record["body"].pop("startedAt", None)
        self._begin()

    def _ensure_started(self):
        """Called with the lock. A worker that logs nothing needs no threads and no spool."""
        if self._collector is None:
            if self.is_forked:
                _catch_termination_again()
            self._start()
            util = sys.modules.get("multiprocessing.util")
            if util is not None:
                # Workers of multiprocessing end without the interpreter's own clean-up.
                util.Finalize(None, self.close_worker, exitpriority=0)

    @property
    def last_step(self):
        with self.gate:
            self._await_step()
            return self._next_step - 1

    def _go_on_after(self, step):
        """The platform says which step of the run is the last; None when it is not there to say so."""
        with self.gate:
            if self._step_due is not None and step is not None:
                self._next_step = min(max(step + 1, self._next_step), _MAX_STEP)
            self._step_due = None
            self.gate.notify_all()

    def _await_step(self):
        """Called with the lock, which waiting releases."""
        while self._step_due is not None:
            left = self._step_due - time.monotonic()
            if left <= 0:
                self._step_due = None
            else:
                self.gate.wait(left)

    @property
    def location(self):
        return self._spool.path or "memory"

    def folder_for_files(self):
        """Where copies lie until they are sent."""
        with self.gate:
            self._ensure_started()
            return self._spool.artifact_folder

    def reserve_media(self, size):
        """Raises ValueError when there is too much to be sent: during an outage the disk is the training's."""
        with self.gate:
            self._ensure_started()
            if self._media_bytes - self._sender.media_bytes + size > _MAX_MEDIA_UNSENT:
                raise ValueError("%d GiB of images, tables and texts wait to be sent" % (_MAX_MEDIA_UNSENT >> 30))
            self._media_bytes += size

    def add_points(self, values, step, stage, microseconds):
        with self.gate:
            if self._collector is None:
                self._ensure_started()
            if step is None:
                self._await_step()
                step = self._next_step
            self._step_due = None
            self._next_step = min(step + 1, _MAX_STEP)
            if microseconds is None:
                # Later than every time before, so that two values of one step are two points.
                microseconds = self._last_time = max(time.time_ns() // 1000, self._last_time + 1)
            self._append(values, step, stage, microseconds)
        if self.is_forked:
            self._hurry()

    def add_points_beside(self, values, step=None, stage=None, microseconds=None):
        """Points that have steps of their own, which say nothing about the next step of the others."""
        with self.gate:
            if self._collector is None:
                self._ensure_started()
            microseconds = time.time_ns() // 1000 if microseconds is None else microseconds
            if step is None:
                self._await_step()
                step = self._next_step
            self._append(values, step, stage, microseconds)
        if self.is_forked:
            self._hurry()

    def _append(self, values, step, stage, microseconds):
        self._accepted += len(values)
        if len(self._points) + len(values) > _MAX_POINTS_IN_MEMORY:
            self._lost += len(values)
            return
        for key, value in values:
            self._points.append((key, step, microseconds, value, stage))
        if len(self._points) >= 2 * _POINTS_PER_RECORD:
            self.gate.notify_all()

    def _hurry(self):
        """A forked process may end by ``os._exit`` at any time: its first point of every 0.2 s is in the spool at once."""
        if time.monotonic() - self._last_write >= _FLUSH_INTERVAL:
            self.write_now(_WORKER_WAIT)

    def add(self, record, size):
        with self.gate:
            self._ensure_started()
            self._accepted += size
            self._records.append((record, size))
        if self.is_forked:
            self._hurry()

    def write_now(self, timeout):
        """Waits until everything is in the spool, or the timeout has elapsed."""
        end = time.monotonic() + timeout
        with self.gate:
            while self._points or self._records or self._busy:
                left = end - time.monotonic()
                if left <= 0 or self._collector is None or not self._collector.is_alive():
                    return
                self._flush_requested = True
                self.gate.notify_all()
                self.gate.wait(min(left, 0.05))

    def hasten(self, timeout):
        """For the handler of a signal that ends the process: lets the threads finish what they have.

        What a forked process wrote is sent by the one that it was forked from.
        """
        self.write_now(timeout)
        if self._sender is not None and not self.is_forked:
            self._sender.wait_until_sent(timeout)

    def flush(self, timeout):
        """Waits until everything is stored on the platform, or the timeout has elapsed."""
        end = time.monotonic() + timeout
        if self._sender is not None:
            self._sender.adopt()
        while True:
            with self.gate:
                if self._collector is None:
                    return
                if not (self._points or self._records or self._busy) and self._sender.has_sent_all:
                    return
                self._flush_requested = True
                self.gate.notify_all()
            self._sender.retry_now()
            if time.monotonic() > end:
                return
            self._sender.wait_for_progress(0.02)

    def close(self, idle_timeout, longest=None):
        """Writes what is left and waits while it is being sent. Unsent records stay in the spool."""
        if not self._stop_collecting(longest):
            return
        if not self._sender.finish(idle_timeout, longest):
            _notify_user("the platform is unavailable; unsent records are kept in " + self.location)
        if self._lost:
            _notify_user("%d values were lost because the spool could not store them" % self._lost)

    def close_worker(self):
        """What a worker leaves unsent is sent by the process that started it."""
        if self._collector is not None:
            self._on_write(at_once=True)
        if self._stop_collecting(None):
            self._sender.finish(_WORKER_WAIT)

    def _stop_collecting(self, longest):
        """Lets the thread write what is left; False when it was stopped before.

        Waits by the condition: a signal's handler may have interrupted this thread while it holds the lock, which waiting
        releases and joining the thread does not.
        """
        with self.gate:
            if self._finishing or self._collector is None:
                return False
            self._finishing = True
            self.gate.notify_all()
            end = None if longest is None else time.monotonic() + longest
            while not self._has_collected and self._collector.is_alive() and (end is None or time.monotonic() < end):
                self.gate.wait(0.05)
        if self._has_collected:
            self._collector.join()
        return True

    def report(self):
        stored, refused = (self._sender.stored, self._sender.refused) if self._sender is not None else (0, 0)
        waiting = max(0, self._accepted - self._lost - stored - refused)
        return Report(stored, refused + self._refusals.count + self._lost, waiting)

    def _collect(self):
        while True:
            try:
                self._on_write(at_once=False)
            except Exception as error:
                self._refusals.add("the text", _reason(error))
            with self.gate:
                if not self._finishing and not self._flush_requested:
                    self.gate.wait(_FLUSH_INTERVAL)
                self._flush_requested = False
                points, self._points = self._points, []
                records, self._records = self._records, []
                if self._finishing and not points and not records:
                    self._has_collected = True
                    self.gate.notify_all()
                    return
                self._busy = True
            # Points first: the records may include the end of the run.
            for start in range(0, len(points), _POINTS_PER_RECORD):
                some = points[start : start + _POINTS_PER_RECORD]
                if not self._spool.append(_line({"kind": "points", "points": [_json_point(p) for p in some]})):
                    self._lost += len(some)
            for record, size in records:
                if not self._spool.append(record):
                    self._lost += max(size, 1)
            with self.gate:
                self._busy = False
                if points or records:
                    self._last_write = time.monotonic()
                    self.gate.notify_all()
            if points or records:
                self._sender.wake()


def _json_point(point):
    key, step, microseconds, value, stage = point
    json_point = {"key": key, "step": step, "at": _timestamp(microseconds), "value": value}
    if stage is not None:
        json_point["stage"] = stage
    return json_point


def _after_fork_in_child():
    for recorder in list(_recorders):
        recorder.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
