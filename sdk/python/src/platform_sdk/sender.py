"""Sends spools to the platform, in the background."""

import json
import os
import shutil
import sys
import threading
import time
import urllib.parse

from .client import _Client
from .notices import _notify_user, _Refusals, _Refused, _Unavailable
from .record_entries import _halves, _name_of, _size_of
from .spool import _Spool
from .values import _line, _reason

_POINTS_PER_REQUEST = 5000
_BYTES_PER_REQUEST = 512 * 1024
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 15.0
_HEARTBEAT_INTERVAL = 30.0
_LOSSES_INTERVAL = 30.0
_ADOPT_INTERVAL = 2.0


def _last_step(run):
    """The last step of what a script logged of a run; None for none. What is sampled besides follows its steps."""
    try:
        return max(int(point["step"]) for key, point in run["latest"].items() if not key.startswith("system/"))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


class _Sender(threading.Thread):
    """Sends spools in order, oldest first; while the platform is unavailable it backs off."""

    def __init__(self, server, token, run_id, run_record, own, left=(), refusals=None, folder=None):
        """Sends what earlier processes left and then the process's own spool, which is None when there is none.

        With the spools' ``folder`` it also sends what other processes of the run leave in the meantime, such as workers.
        """
        super().__init__(name="platform-sender", daemon=True)
        self._refusals = refusals or _Refusals()
        self.stored = self.refused = self.media_bytes = 0
        self._client = _Client(server, token)
        self._run = "/api/runs/" + urllib.parse.quote(run_id, safe="")
        self._run_record = run_record
        self._run_id = run_id
        self._own = own
        self._folder = folder
        self._spools = list(left) + [own] if own is not None else list(left)
        self._signal = threading.Condition()
        self._adopting = threading.Lock()
        self._pause = _FIRST_PAUSE
        self._progress = self._last_heartbeat = self._last_adoption = self._last_losses = time.monotonic()
        self._told_losses = None
        self._unavailable = False
        # Called once with the last step of a run that goes on, after what earlier processes left was sent.
        self.on_last_step = None
        self._woken = self._retry_now = self._finishing = self._stopping = self._has_ended = False
        self._records_per_request = sys.maxsize

    @property
    def has_sent_all(self):
        return all(spool.is_empty for spool in self._spools)

    def wake(self):
        self._woken = True
        # Not for long: a signal's handler may have interrupted the holder of the lock, and wait for the caller.
        if self._signal.acquire(timeout=0.1):
            self._signal.notify_all()
            self._signal.release()

    def retry_now(self):
        """Ends the current pause because a caller is waiting."""
        with self._signal:
            self._retry_now = True
            self._signal.notify_all()

    def wait_for_progress(self, seconds):
        with self._signal:
            self._signal.wait(seconds)

    def wait_until_sent(self, timeout):
        end = time.monotonic() + timeout
        with self._signal:
            while self.is_alive() and not self.has_sent_all and time.monotonic() < end:
                self._signal.wait(0.05)

    def adopt(self):
        """Takes over what processes of the run left that have ended since."""
        if self._folder is None or not self._adopting.acquire(blocking=False):
            return
        try:
            self._last_adoption = time.monotonic()
            found = _Spool.take_over(self._folder, self._run_id)
        finally:
            self._adopting.release()
        with self._signal:
            # The own spool stays last; the list is replaced because the thread may be reading it.
            self._spools = found + self._spools
            if found:
                self._woken = True
                self._signal.notify_all()

    def finish(self, idle_timeout, longest=None):
        """Waits until all is sent, as long as there is progress and no longer than ``longest``, then stops."""
        self.adopt()
        with self._signal:
            started = self._progress = time.monotonic()
            self._finishing = self._retry_now = True
            self._signal.notify_all()
            while not self.has_sent_all and time.monotonic() - self._progress < idle_timeout:
                if longest is not None and time.monotonic() - started > longest:
                    break
                self._signal.wait(0.05)
            sent_all = self.has_sent_all
            self._stopping = True
            self._signal.notify_all()
            self._client.abort()
            # When all is sent it only removes its files: wait for it, or the process would leave them behind. By the
            # condition: a signal's handler may have interrupted this thread while it holds the lock.
            end = time.monotonic() + (1.0 if longest is not None or not sent_all else 60.0)
            while not self._has_ended and self.is_alive() and time.monotonic() < end:
                self._signal.wait(0.05)
        if self._has_ended:
            self.join()
        return sent_all

    def run(self):
        while not self._stopping:
            spool = next((s for s in self._spools if not s.is_empty), None)
            if spool is None:
                self._close_left()
                if not self._wait_for_work():
                    break
                continue
            try:
                if spool is self._own:
                    self._ask_last_step()
                self._send_some(spool)
                self._on_available()
            except (_Unavailable, OSError) as error:
                self._on_unavailable(str(error) or type(error).__name__)
            except Exception as error:  # A defect here costs a record, not the training and not the other records.
                self._skip(spool, error)
        self._client.close()
        for spool in self._spools:
            spool.close()
        with self._signal:
            self._has_ended = True
            self._signal.notify_all()

    def _ask_last_step(self):
        """Before anything of this process is sent. Without an answer the training goes on at once."""
        tell, self.on_last_step = self.on_last_step, None
        if tell is None:
            return
        step = None
        try:
            step = _last_step(self._client.get(self._run))
        except (_Refused, _Unavailable):
            pass  # Steps begin at 1. Whether the platform is there shows with the first record.
        finally:
            tell(step)

    def _send_some(self, spool):
        data = spool.read(_BYTES_PER_REQUEST)
        try:
            record, length, count = self._first_batch(data)
        except ValueError:
            _notify_user("%s contains a damaged record, which is skipped" % spool.path)
            spool.acknowledge(data.index(b"\n") + 1)
            return
        refused = 0
        try:
            self._send_to_run(record)
            self._records_per_request = sys.maxsize
        except _Refused as error:
            if count > 1:
                self._records_per_request = 1
                return
            refused = self._send_parts(record, error)
        if spool is self._own:
            # Earlier processes of the run have counted theirs.
            self.stored += _size_of(record) - refused
            self.refused += refused
            self.media_bytes += record["size"] if record.get("isMedia") else 0
        spool.acknowledge(length)

    def _skip(self, spool, error):
        _notify_user("a record cannot be sent and is skipped: %s" % _reason(error))
        data = spool.read(_BYTES_PER_REQUEST)
        self._records_per_request = 1
        if b"\n" in data:
            spool.acknowledge(data.index(b"\n") + 1)

    def _send_to_run(self, record):
        try:
            self._send(record)
        except _Refused as error:
            if error.status != 404 or record["kind"] == "artifact":
                raise
            # The platform does not know the run (any longer).
            self._send(self._run_record)
            self._send(record)

    def _send_parts(self, record, error):
        """One value that the platform refuses costs no other: halves of the record are sent, down to single values.

        Returns how many values were refused.
        """
        # So does one value more than a run may have.
        is_divided = error.status in (400, 413, 422) or "run.too-many-values" in str(error)
        halves = _halves(record) if is_divided else []
        if record.get("isAssumed"):
            return 0  # The platform knows more of the end than the process that found the spool.
        if not halves:
            self._refusals.say(_name_of(record), "the platform refused it: %s" % error)
            if "folder" in record:
                shutil.rmtree(record["folder"], ignore_errors=True)
            return _size_of(record)
        refused = 0
        for half in halves:
            try:
                self._send_to_run(half)
            except _Refused as again:
                refused += self._send_parts(half, again)
        return refused

    def _first_batch(self, data):
        """One record, or several records of points merged into one."""
        length = data.index(b"\n") + 1
        record = json.loads(data[:length])
        count = 1
        if record["kind"] == "points":
            while (
                length < len(data)
                and count < self._records_per_request
                and len(record["points"]) < _POINTS_PER_REQUEST
            ):
                end = data.index(b"\n", length) + 1
                following = json.loads(data[length:end])
                if following["kind"] != "points":
                    break
                record["points"] += following["points"]
                length, count = end, count + 1
        return record, length, count

    def _send(self, record):
        kind = record["kind"]
        if kind == "points":
            self._client.send("POST", self._run + "/metrics", _line({"points": record["points"]}))
        elif kind == "run":
            self._client.send("PUT", self._run, _line(record["body"]))
        elif kind == "update" and "losses" in record["body"]:
            self._send_losses(record["body"]["losses"])
        elif kind == "update":
            self._client.send("PATCH", self._run, _line(record["body"]))
        elif kind == "finish":
            self._client.send("POST", self._run + "/finish", _line(record["body"]))
        elif kind == "artifact":
            self._send_artifact(record)
        elif kind == "file":
            self._send_file(record)
        elif kind == "media":
            self._client.send("POST", self._run + "/media", _line({"items": record["items"]}))
        # With the first one the platform begins to watch the run.
        self._send_heartbeat(kind == "run" or time.monotonic() - self._last_heartbeat >= _HEARTBEAT_INTERVAL)
        self._send_losses_if_due()

    def _send_losses(self, losses):
        """Tells what could not be stored as it was logged, for whoever looks at the run."""
        own = self._refusals.losses(self.refused)
        if own is not None and own["reporter"] == losses["reporter"]:
            losses = own
        if losses == self._told_losses or not (losses["refused"] or losses["cut"]):
            return
        try:
            self._client.send("PATCH", self._run, _line({"losses": losses}))
        except _Refused:
            pass  # A platform of before does not take it.
        self._told_losses = losses

    def _send_losses_if_due(self):
        """Now and then, since a process that is killed does not tell them in the end."""
        if self._own is None or time.monotonic() - self._last_losses < _LOSSES_INTERVAL:
            return
        self._last_losses = time.monotonic()
        losses = self._refusals.losses(self.refused)
        if losses is not None:
            try:
                self._send_losses(losses)
            except (_Unavailable, OSError):
                pass  # It is told the next time.

    def _send_artifact(self, record):
        if not os.path.isdir(record["folder"]):
            return  # Removed once the version existed, just before the process ended.
        self._client.upload(record["folder"], record["body"]["files"], self._note_progress)
        path = "/api/artifacts/%s/versions" % urllib.parse.quote(record["name"], safe="")
        self._client.send("POST", path, _line(record["body"]), {"Idempotency-Key": record["id"]})
        shutil.rmtree(record["folder"], ignore_errors=True)

    def _send_file(self, record):
        file = os.path.join(record["folder"], record["sha256"])
        if not os.path.isfile(file):
            return  # Removed once it was stored, just before the process ended.
        path = self._run + "/files/" + urllib.parse.quote(record["path"], safe="/")
        self._client.put_file(path, file, record["sha256"], self._note_progress)
        shutil.rmtree(record["folder"], ignore_errors=True)

    def _close_left(self):
        """Removes the spools of ended processes that were sent."""
        with self._signal:
            sent = [spool for spool in self._spools if spool is not self._own and spool.is_empty]
            self._spools = [spool for spool in self._spools if spool not in sent]
        for spool in sent:
            spool.close()

    def _note_progress(self):
        with self._signal:
            self._progress = time.monotonic()
            self._signal.notify_all()

    def _on_available(self):
        self._note_progress()
        self._pause = _FIRST_PAUSE
        if self._unavailable:
            self._unavailable = False
            _notify_user("tracking is available again")

    def _on_unavailable(self, reason):
        if self.on_last_step is not None:
            self.on_last_step(None)
            self.on_last_step = None
        if not self._unavailable:
            self._unavailable = True
            _notify_user("tracking is unavailable (%s); the training continues and its records are sent later" % reason)
        with self._signal:
            if not self._retry_now and not self._stopping:
                self._signal.wait(_FIRST_PAUSE if self._finishing else self._pause)
            self._retry_now = False
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def _wait_for_work(self):
        """False when no more records will follow."""
        while True:
            with self._signal:
                if self._woken:
                    self._woken = False
                    return True
                if self._finishing or self._stopping:
                    return False
                self._signal.wait(1)
                is_idle = not (self._woken or self._finishing or self._stopping)
            # Without the lock: a request may take a while, and nobody has to wait for it.
            if is_idle and self._own is not None:
                self._between_records()

    def _between_records(self):
        now = time.monotonic()
        if now - self._last_adoption >= _ADOPT_INTERVAL:
            self.adopt()
        self._send_heartbeat(is_due=now - self._last_heartbeat >= _HEARTBEAT_INTERVAL)
        self._send_losses_if_due()

    def _send_heartbeat(self, is_due):
        """Says that the training is alive, so that the run ends when it isn't. A job's agent says that of its trainings."""
        if is_due and self._own is not None and "jobId" not in self._run_record["body"]:
            self._last_heartbeat = time.monotonic()
            self._client.heartbeat(self._run + "/heartbeat")
