"""A process's records on disk, from which they are sent."""

import json
import os
import shutil
import tempfile
import threading
import time
import uuid

from .notices import _notify_user
from .values import _line, _timestamp

try:
    import fcntl
except ImportError:  # Windows: spools of other processes are left alone there.
    fcntl = None

_MAX_SPOOL = 1 << 30
_MAX_SPOOL_IN_MEMORY = 64 << 20
_RESTART_SPOOL_AFTER = 4 << 20
_END_RECORD = b'{"kind":"finish"'


class _Spool:
    """A process's records for the platform, one per line, appended and never changed; a marker file holds how much of it
    was sent. The file is locked by the process that uses it. Without a writable disk the spool is kept in memory."""

    def __init__(self, file, path):
        self._gate = threading.RLock()
        self._file = file
        self.path = path
        self._first = 0
        self._end = self._end_of_records()
        self._sent = min(self._read_marker(), self._end)

    @classmethod
    def create(cls, folder, run_id):
        try:
            os.makedirs(folder, exist_ok=True)
            while True:
                path = os.path.join(folder, "%s.%d-%s.jsonl" % (run_id, time.time_ns(), uuid.uuid4().hex))
                file = open(path, "x+b", buffering=0)
                # Before it is locked, another process may take it over, as one that was left, and remove it.
                if cls._try_lock(file):
                    return cls(file, path)
                file.close()
        except (OSError, ValueError) as error:
            _notify_user("the spool folder %s cannot be written (%s); records are kept in memory" % (folder, error))
            return cls(tempfile.SpooledTemporaryFile(max_size=_MAX_SPOOL_IN_MEMORY, buffering=0), None)

    @classmethod
    def take_over(cls, folder, run_id):
        """Opens spools that earlier processes of the run left; spools of running processes are skipped."""
        found = []
        if fcntl is None or not os.path.isdir(folder):
            return found
        cls._remove_markers_without_spool(folder)
        for name in sorted(os.listdir(folder)):
            # A run's id may contain dots; the part after it does not.
            if not name.endswith(".jsonl") or name[: -len(".jsonl")].rpartition(".")[0] != run_id:
                continue
            path = os.path.join(folder, name)
            try:
                file = open(path, "r+b", buffering=0)
            except OSError:
                continue
            try:
                if not cls._try_lock(file):
                    raise OSError("in use, or sent and removed meanwhile")
                found.append(cls(file, path))
            except OSError:
                file.close()
        return found

    @staticmethod
    def _remove_markers_without_spool(folder):
        """A process that is killed while it removes its spool leaves the marker."""
        names = set(os.listdir(folder))
        for name in names:
            if name.endswith(".jsonl.sent") and name[: -len(".sent")] not in names:
                try:
                    os.remove(os.path.join(folder, name))
                except OSError:
                    pass  # Somebody else has removed it.

    @staticmethod
    def _try_lock(file):
        """False when another process has it, or has sent and removed it."""
        if fcntl is None:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return os.fstat(file.fileno()).st_nlink > 0

    @property
    def artifact_folder(self):
        return self.path + ".artifacts" if self.path else tempfile.gettempdir()

    @property
    def is_empty(self):
        """Without the lock: a signal's handler asks while the thread that it interrupted may hold it."""
        return self._sent == self._end

    def append(self, record):
        """False when the spool or the disk is full."""
        with self._gate:
            if self._end + len(record) > (_MAX_SPOOL if self.path else _MAX_SPOOL_IN_MEMORY):
                return False
            try:
                self._file.seek(self._end)
                rest = memoryview(record)
                while rest:
                    rest = rest[self._file.write(rest):]
            except OSError:
                return False
            if self._end == 0:
                self._first = len(record)
            self._end += len(record)
            return True

    def read(self, most):
        """Unsent records: only complete ones, and at least one when there is any."""
        with self._gate:
            length = min(most, self._end - self._sent)
            while length > 0:
                self._file.seek(self._sent)
                data = b""
                while len(data) < length:
                    data += self._file.read(length - len(data))
                last = data.rfind(b"\n")
                if last >= 0:
                    return data[: last + 1]
                length = min(length * 2, self._end - self._sent)
            return b""

    def acknowledge(self, count):
        """Notes that the first unsent bytes were sent. After a crash before this they are sent once more."""
        with self._gate:
            self._sent += count
            if self._sent == self._end and self._end > _RESTART_SPOOL_AFTER:
                # Marker first: after a crash in between, records are sent again instead of later ones being skipped.
                # The record of the run stays, for whoever has to end it.
                self._write_marker(self._first)
                self._file.truncate(self._first)
                self._sent = self._end = self._first
            else:
                self._write_marker(self._sent)

    def end_run(self):
        """Adds the end of a run whose process was killed: interrupted, when it wrote its last record.

        Not that of a process that joined the run, which goes on without it, nor of a job's run, which ends as the job does.
        """
        if self.is_empty:
            return  # The platform knows all of it, and that nothing is heard of the run any more.
        try:
            file = open(self.path, "rb")
        except OSError:
            return  # Its folder was removed meanwhile.
        with file:
            ended = _timestamp(os.fstat(file.fileno()).st_mtime_ns // 1000)
            begins = _begins_run(file.readline())
            has_end = any(line.startswith(_END_RECORD) and line.endswith(b"\n") for line in file)
        if begins and not has_end:
            body = {"status": "interrupted", "endedAt": ended}
            self.append(_line({"kind": "finish", "isAssumed": True, "body": body}))

    def close(self):
        """Closes the spool, and removes its files when everything was sent."""
        with self._gate:
            if self.path and self._sent == self._end:
                # Removed while it is locked, so that no other process takes it over in between.
                for path in (self.path, self.path + ".sent"):
                    if os.path.exists(path):
                        os.remove(path)
                shutil.rmtree(self.artifact_folder, ignore_errors=True)
            self._file.close()

    def abandon(self):
        """Closes a spool of the process that this one was forked from, which goes on with it."""
        self._file.close()

    def _end_of_records(self):
        """A process that was killed may have left an incomplete record at the end."""
        end = self._file.seek(0, os.SEEK_END) or self._file.tell()
        while end > 0:
            self._file.seek(end - 1)
            if self._file.read(1) == b"\n":
                break
            end -= 1
        return end

    def _read_marker(self):
        try:
            with open((self.path or "") + ".sent") as file:
                return int(file.read())
        except (OSError, ValueError):
            return 0

    def _write_marker(self, sent):
        if not self.path:
            return
        try:
            with open(self.path + ".sent.new", "w") as file:
                file.write(str(sent))
            os.replace(self.path + ".sent.new", self.path + ".sent")
        except OSError:
            pass  # A full disk: sent records may be sent once more; the platform recognizes them.


def _begins_run(line):
    """Whether the first record of a spool is that of the process with which its run ends."""
    try:
        record = json.loads(line)
        body = record["body"]
        return record["kind"] == "run" and "startedAt" in body and ("jobId" not in body or "parentId" in body)
    except (KeyError, TypeError, ValueError):
        return False
