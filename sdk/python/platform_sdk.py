"""Tracks a training on the platform: metrics, parameters, results, artifacts.

One file, no dependencies, Python 3.8 or newer. Copy it beside the training script, or ship it in the job's ``files``::

    import platform_sdk as tracking

    run = tracking.init(name="digits", parameters={"lr": 0.1})
    for epoch in range(1, 21):
        run.log({"loss": loss, "accuracy": accuracy}, step=epoch)
    run.summary({"accuracy": accuracy})
    run.artifact("outputs/model.pt", name="digits-model", type="model")
    run.finish()

Inside a job nothing needs to be configured. ``PLATFORM_URL``, ``PLATFORM_TOKEN``, ``PLATFORM_JOB_ID``, ``PLATFORM_ATTEMPT``,
``PLATFORM_RUN_ID`` and ``PLATFORM_PROJECT`` define where and what to track. Without ``PLATFORM_URL``, or with
``PLATFORM_DISABLED=1``, every call does nothing.

No call raises an exception because of what it is given: what can't be stored is left out alone, said once on stderr and
counted. No call fails or waits because the platform is unavailable. Records go from memory to a spool on disk
(``PLATFORM_SPOOL_DIR``) and from there to the platform, by threads in the background: now, when the platform is available
again, or when the run's next process calls ``init``. A job's unsent records are sent by its agent. Points keep their step and
time, by which the platform recognizes them, so nothing is stored twice. ``python3 platform_sdk.py flush`` sends the unsent
records of processes that have ended.
"""

import atexit
import collections
import datetime
import errno
import hashlib
import http.client
import io
import itertools
import json
import math
import numbers
import os
import re
import shutil
import socket
import ssl
import stat
import sys
import tarfile
import tempfile
import threading
import time
import unicodedata
import urllib.parse
import uuid

try:
    import fcntl
except ImportError:  # Windows: spools of other processes are left alone there.
    fcntl = None

__all__ = ["Run", "Report", "init", "log", "summary", "parameters", "tags", "artifact", "flush", "finish"]

_MAX_POINTS_IN_MEMORY = 1_000_000
_POINTS_PER_RECORD = 1000
_POINTS_PER_REQUEST = 5000
_BYTES_PER_REQUEST = 512 * 1024
_MAX_SPOOL = 1 << 30
_MAX_SPOOL_IN_MEMORY = 64 << 20
_RESTART_SPOOL_AFTER = 4 << 20
_FLUSH_INTERVAL = 0.2
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 15.0
_REQUEST_TIMEOUT = 10.0
_CONNECT_TIMEOUT = 3.0
_MAX_STEP = (1 << 53) - 1
_MAX_NAME = 250
_MAX_STAGE = 100
_MAX_PROJECT = 200
_MAX_TAG = 5000
_MAX_VALUE_BYTES = 16 * 1024
_MAX_DEPTH = 32
_MAX_ITEMS = 5000
_MAX_NOTICES = 100
_BRIEF = 80
_YEAR_1 = -62_135_596_800
_YEAR_10000 = 253_402_300_800
_SMALL_FILE = 256 * 1024
_FILES_PER_REQUEST = 1000
_FILE_BYTES_PER_REQUEST = 4 << 20
_REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _notify_user(text):
    print("platform: " + text, file=sys.stderr, flush=True)


class _Refusals:
    """Counts what can't be stored, and says so once for each name."""

    def __init__(self):
        self._gate = threading.Lock()
        self._said = set()
        self.count = 0

    def add(self, name, reason):
        with self._gate:
            self.count += 1
        self.say(name, reason)

    def say(self, name, reason):
        """The same for what is counted elsewhere."""
        with self._gate:
            self._say(name, "%s is not stored: %s" % (_brief(name), reason))

    def note(self, text):
        """Says once what was changed about something that is stored."""
        with self._gate:
            self._say(text, text)

    def _say(self, key, text):
        if key in self._said or len(self._said) > _MAX_NOTICES:
            return
        self._said.add(key)
        _notify_user(text if len(self._said) <= _MAX_NOTICES else "more is not stored; further names are not listed")


class Report(collections.namedtuple("Report", "stored refused waiting")):
    """What became of everything that was logged: how many values and artifacts are stored on the platform, can't be stored,
    and are still waiting. True when nothing waits."""

    def __bool__(self):
        return self.waiting == 0


class _Unavailable(Exception):
    """The platform could not accept a record now; it may later."""


class _Refused(Exception):
    """The platform will never accept this record."""

    def __init__(self, status, reason):
        super().__init__("%d: %s" % (status, reason))
        self.status = status


# Values ---------------------------------------------------------------------------------------------------------------


def _text(value):
    """Anything as text that the platform takes: whole characters, no NUL."""
    try:
        text = value if type(value) is str else value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    except Exception:
        text = "<%s>" % type(value).__name__
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _brief(name):
    """The beginning of a name, for a notice."""
    text = _shown(_text(name))
    return text if len(text) <= _BRIEF else text[:_BRIEF] + "…"


def _reason(error):
    """An exception in one line."""
    return " ".join(_text(error).split())[:200] or type(error).__name__


class _Values:
    """Turns a value into JSON. Depth and size have limits, so that a cycle ends."""

    def __init__(self):
        self._left = _MAX_ITEMS

    def convert(self, value, depth=0):
        """Numbers that JSON cannot represent become their names, other objects their text."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("it has more than %d items" % _MAX_ITEMS)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, numbers.Integral):
            return int(value) if abs(value) < 1 << 1023 else _text(value)
        if isinstance(value, numbers.Number):
            try:
                return _number(value)
            except (TypeError, ValueError, OverflowError):  # A complex number.
                return _text(value)
        if isinstance(value, (str, bytes)):
            return _text(value)
        if depth == _MAX_DEPTH:
            return "…"
        if isinstance(value, dict):
            return {_text(k): self.convert(v, depth + 1) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.convert(v, depth + 1) for v in value]
        if isinstance(value, (set, frozenset)):
            return sorted((self.convert(v, depth + 1) for v in value), key=_text)
        for scalar_or_list in ("item", "tolist"):  # Those of NumPy and PyTorch.
            try:
                content = getattr(value, scalar_or_list)()
            except Exception:
                continue
            if type(content) is not type(value):
                return self.convert(content, depth + 1)
        return _text(value)


def _value(value):
    """Any value as JSON that the platform takes, and whether it had to be cut.

    Raises ValueError when there is no such value.
    """
    json_value = _Values().convert(value)
    text = json.dumps(json_value, allow_nan=False)
    if len(text) <= _MAX_VALUE_BYTES:
        return json_value, False
    text = json_value if isinstance(json_value, str) else text
    while len(json.dumps(text)) > _MAX_VALUE_BYTES - 16:
        text = text[: len(text) * (_MAX_VALUE_BYTES - 16) // len(json.dumps(text))]
    return text + "…", True


def _number(value):
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _metric(value):
    """The value of a metric. Raises an exception that says why it has none."""
    if value is None:
        raise ValueError("it is None")
    if hasattr(value, "item"):  # Scalars and arrays of one element of NumPy and PyTorch.
        value = value.item()
    try:
        return _number(value)
    except OverflowError:
        raise ValueError("it is beyond the range of a float")


def _step(step):
    number = int(step)
    if abs(number) > _MAX_STEP:
        raise ValueError("a step must be within 2**53 - 1")
    return number


def _microseconds(at):
    """A time in seconds since 1970, or a datetime, which is local when it has no zone."""
    seconds = at.timestamp() if isinstance(at, datetime.datetime) else float(at)
    if not _YEAR_1 <= seconds < _YEAR_10000:
        raise ValueError("a time is in seconds since 1970 and before the year 10000, not %g" % seconds)
    return round(seconds * 1_000_000)


def _is_one_line(text):
    return not any(
        ord(c) < 32 or 127 <= ord(c) < 160 or "\ud800" <= c <= "\udfff" or c in _REORDERING or c in "\u2028\u2029" for c in text
    )


def _is_name(text, longest):
    return isinstance(text, str) and 1 <= len(text) <= longest and _is_one_line(text)


def _valid_name(name):
    """The name as the platform takes it; None when nothing is left."""
    text = "".join(c if _is_one_line(c) else " " for c in _text(name)).strip()
    return text[:_MAX_NAME] or None


def _valid_project(project):
    """The path as the platform takes it: words of ``A-Z a-z 0-9 _ - .`` with slashes between them."""
    parts = (re.sub(r"[^A-Za-z0-9_\-.]+", "-", part) for part in _text(project).split("/"))
    path = "/".join(part for part in parts if part not in ("", ".", ".."))[:_MAX_PROJECT].rstrip("/")
    return path or "default"


def _valid_artifact(name):
    """The artifact's name as the platform takes it: a word of ``A-Z a-z 0-9 . _ -``."""
    word = re.sub(r"[^A-Za-z0-9._-]+", "-", _text(name)).lstrip("._-")[:128]
    if not word:
        raise ValueError("its name has no letter and no digit")
    return word


def _line(record):
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _is_odd(character):
    """A backslash, a control character, or one after which what follows is shown in another order."""
    return character == "\\" or unicodedata.category(character) == "Cc" or character in _REORDERING


def _problem_with_name(name):
    """Why artifacts cannot have a file of this name; None when they can."""
    if any("\udc80" <= character <= "\udcff" for character in name):
        return "its name is not UTF-8"
    return "its name has a backslash or control character" if any(map(_is_odd, name)) else None


def _shown(name):
    """A name as one line that a terminal shows as it is."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join("\\u%04x" % ord(c) if c != "\\" and _is_odd(c) else c for c in text)


def _timestamp(microseconds):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# The spool ------------------------------------------------------------------------------------------------------------


class _Spool:
    """A process's records for the platform, one per line, appended and never changed; a marker file holds how much of it
    was sent. The file is locked by the process that uses it. Without a writable disk the spool is kept in memory."""

    def __init__(self, file, path):
        self._gate = threading.Lock()
        self._file = file
        self.path = path
        self._end = self._end_of_records()
        self._sent = min(self._read_marker(), self._end)

    @classmethod
    def create(cls, folder, run_id):
        try:
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, "%s.%d-%s.jsonl" % (run_id, time.time_ns(), uuid.uuid4().hex))
            file = open(path, "x+b", buffering=0)
            cls._lock(file)
            return cls(file, path)
        except OSError as error:
            _notify_user("the spool folder %s cannot be written (%s); records are kept in memory" % (folder, error))
            return cls(tempfile.SpooledTemporaryFile(max_size=_MAX_SPOOL_IN_MEMORY), None)

    @classmethod
    def take_over(cls, folder, run_id):
        """Opens spools that earlier processes of the run left; spools of running processes are skipped."""
        found = []
        if fcntl is None or not os.path.isdir(folder):
            return found
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
                cls._lock(file)
                if os.fstat(file.fileno()).st_nlink == 0:
                    raise OSError("sent and removed meanwhile")
                found.append(cls(file, path))
            except OSError:
                file.close()
        return found

    @staticmethod
    def _lock(file):
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @property
    def artifact_folder(self):
        return self.path + ".artifacts" if self.path else tempfile.gettempdir()

    @property
    def is_empty(self):
        with self._gate:
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
                self._write_marker(0)
                self._file.seek(0)
                self._file.truncate(0)
                self._sent = self._end = 0
            else:
                self._write_marker(self._sent)

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


# Requests -------------------------------------------------------------------------------------------------------------


class _Client:
    """The requests of the SDK, over one connection that is kept open."""

    def __init__(self, server, token):
        address = urllib.parse.urlsplit(server)
        self._base = address.path.rstrip("/")
        self._headers = {"Authorization": "Bearer " + token} if token else {}
        if address.scheme == "https":
            self._new = lambda: http.client.HTTPSConnection(
                address.hostname, address.port, timeout=_CONNECT_TIMEOUT, context=ssl.create_default_context()
            )
        else:
            self._new = lambda: http.client.HTTPConnection(address.hostname, address.port, timeout=_CONNECT_TIMEOUT)
        self._connection = None

    def send(self, method, path, body, headers=None):
        status, answer = self._exchange(method, path, body, dict(headers or {}, **{"Content-Type": "application/json"}))
        self._require(status, answer)

    def upload(self, folder, files, on_progress):
        """Uploads what ``_Copies`` made in a folder, unless the platform has it."""
        missing, takes_groups = self._missing(sorted({file["sha256"] for file in files}))
        missing = set(missing)
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".tar"):
                continue
            with tarfile.open(os.path.join(folder, name)) as group:
                wanted = missing.intersection(group.getnames())
                missing -= wanted
                if not takes_groups:
                    for sha256 in sorted(wanted):
                        self._put(sha256, group.extractfile(sha256).read(), {})
                        on_progress()
                    continue
            if wanted:
                with open(os.path.join(folder, name), "rb") as file:
                    body = file.read()
                status, answer = self._exchange(
                    "POST", "/api/artifacts/blobs", body, {"Content-Type": "application/x-tar"}
                )
                self._require(status, answer)
                on_progress()
        for sha256 in sorted(missing):
            path = os.path.join(folder, sha256)
            with open(path, "rb") as file:
                self._put(sha256, _ProgressFile(file, on_progress), {"Content-Length": str(os.path.getsize(path))})

    def _missing(self, hashes):
        """What has to be uploaded, and whether the platform takes several files in a request, as older ones do not."""
        missing = []
        for start in range(0, len(hashes), 10000):
            body = _line({"sha256": hashes[start : start + 10000]})
            status, answer = self._exchange(
                "POST", "/api/artifacts/blobs/missing", body, {"Content-Type": "application/json"}
            )
            if status in (404, 405):
                return hashes, False
            self._require(status, answer)
            try:
                missing += json.loads(answer)["sha256"]
            except (ValueError, KeyError, TypeError):
                raise _Unavailable("its answer is not the platform's")
        return missing, True

    def _put(self, sha256, body, headers):
        headers["Content-Type"] = "application/octet-stream"
        status, answer = self._exchange("PUT", "/api/artifacts/blobs/" + sha256, body, headers)
        self._require(status, answer)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def abort(self):
        """Ends a request that another thread waits for."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It has already ended.

    def _exchange(self, method, path, body, headers):
        reused = self._connection is not None
        try:
            return self._exchange_once(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # The server may have closed an idle connection, which does not mean that it is unavailable.
            if not reused or not isinstance(body, (bytes, type(None))):
                raise _Unavailable(str(error) or type(error).__name__)
        try:
            return self._exchange_once(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise _Unavailable(str(error) or type(error).__name__)

    def _exchange_once(self, method, path, body, headers):
        if self._connection is None:
            connection = self._new()
            connection.connect()
            connection.sock.settimeout(_REQUEST_TIMEOUT)
            self._connection = connection
        self._connection.request(method, self._base + path, body, dict(self._headers, **headers))
        response = self._connection.getresponse()
        answer = response.read()
        if response.will_close:
            self.close()
        return response.status, answer

    @staticmethod
    def _require(status, answer):
        if 200 <= status < 300:
            return
        # A token that is refused now may be accepted once the platform has loaded its keys; a bad request never is.
        if status < 400 or status >= 500 or status in (401, 403, 408, 429):
            raise _Unavailable("it returned %d" % status)
        raise _Refused(status, answer.decode("utf-8", "replace"))


class _ProgressFile:
    """A file that reports when it is read: an upload has no fixed time limit."""

    def __init__(self, file, read):
        self._file = file
        self._read = read

    def read(self, size=-1):
        self._read()
        return self._file.read(size)


class _Copies:
    """Copies files into a folder: small ones in tar archives of one request each, others under their SHA-256.

    A file for each small one takes longer to create and to remove than to send.
    """

    def __init__(self, folder):
        self._folder = folder
        self._known = set()
        self._groups = self._files = 0
        self._archive = None

    def add(self, source):
        start = source.read(_SMALL_FILE + 1)
        if len(start) <= _SMALL_FILE:
            sha256 = hashlib.sha256(start).hexdigest()
            if sha256 not in self._known:
                self._pack(sha256, start)
            return sha256, len(start)
        digest = hashlib.sha256()
        size = 0
        incoming = os.path.join(self._folder, "incoming")
        with open(incoming, "wb") as target:
            for block in itertools.chain([start], iter(lambda: source.read(1 << 20), b"")):
                digest.update(block)
                target.write(block)
                size += len(block)
        os.replace(incoming, os.path.join(self._folder, digest.hexdigest()))
        return digest.hexdigest(), size

    def finish(self):
        if self._archive is None:
            return
        self._archive.close()
        with open(os.path.join(self._folder, "group-%06d.tar" % self._groups), "wb") as file:
            file.write(self._body.getbuffer())
        self._groups += 1
        self._archive = None

    def _pack(self, sha256, content):
        if self._archive is not None and (
            self._files == _FILES_PER_REQUEST or self._body.tell() + len(content) > _FILE_BYTES_PER_REQUEST
        ):
            self.finish()
        if self._archive is None:
            self._files = 0
            self._body = io.BytesIO()
            self._archive = tarfile.open(fileobj=self._body, mode="w", format=tarfile.USTAR_FORMAT)
        entry = tarfile.TarInfo(sha256)
        entry.size = len(content)
        self._archive.addfile(entry, io.BytesIO(content))
        self._known.add(sha256)
        self._files += 1


# Sending --------------------------------------------------------------------------------------------------------------


def _entries(record):
    """What users think of as logged, of a record that can be divided: its points, or what an update sets."""
    if record["kind"] == "points":
        return record["points"]
    if record["kind"] == "update":
        return [
            (field, key, value)
            for field, values in record["body"].items()
            if field != "attempt"
            for key, value in values.items()
        ]
    return []


def _with_entries(record, entries):
    """The same record with some of its entries."""
    if record["kind"] == "points":
        return dict(record, points=entries)
    body = {"attempt": record["body"]["attempt"]} if "attempt" in record["body"] else {}
    for field, key, value in entries:
        body.setdefault(field, {})[key] = value
    return dict(record, body=body)


def _size_of(record):
    return 1 if record["kind"] == "artifact" else len(_entries(record))


def _name_of(record):
    """What is said about a record that has one entry, or can't be divided."""
    kind, entries = record["kind"], _entries(record)
    if len(entries) == 1:
        return entries[0]["key"] if kind == "points" else entries[0][1]
    return record["name"] if kind == "artifact" else {"finish": "the end of the run", "run": "the run"}.get(kind, "a record")


def _halves(record):
    """The record as two; nothing when it has only one entry."""
    entries = _entries(record)
    middle = len(entries) // 2
    return [_with_entries(record, some) for some in (entries[:middle], entries[middle:])] if middle else []


class _Sender(threading.Thread):
    """Sends spools in order, oldest first; while the platform is unavailable it backs off."""

    def __init__(self, server, token, run_id, run_record, spools, refusals=None):
        super().__init__(name="platform-sender", daemon=True)
        self._refusals = refusals or _Refusals()
        self.stored = self.refused = 0
        self._client = _Client(server, token)
        self._run = "/api/runs/" + urllib.parse.quote(run_id, safe="")
        self._run_record = run_record
        self._spools = spools
        self._signal = threading.Condition()
        self._pause = _FIRST_PAUSE
        self._progress = time.monotonic()
        self._unavailable = False
        self._woken = self._retry_now = self._finishing = self._stopping = False
        self._records_per_request = sys.maxsize

    @property
    def has_sent_all(self):
        return all(spool.is_empty for spool in self._spools)

    def wake(self):
        with self._signal:
            self._woken = True
            self._signal.notify_all()

    def retry_now(self):
        """Ends the current pause because a caller is waiting."""
        with self._signal:
            self._retry_now = True
            self._signal.notify_all()

    def wait_for_progress(self, seconds):
        with self._signal:
            self._signal.wait(seconds)

    def finish(self, idle_timeout):
        """Waits until all is sent, as long as there is progress, then stops."""
        with self._signal:
            self._progress = time.monotonic()
            self._finishing = self._retry_now = True
            self._signal.notify_all()
            while not self.has_sent_all and time.monotonic() - self._progress < idle_timeout:
                self._signal.wait(0.05)
            sent_all = self.has_sent_all
            self._stopping = True
            self._signal.notify_all()
        self._client.abort()
        # When all is sent it only removes its files: wait for it, or the process would leave them behind.
        self.join(None if sent_all else 1.0)
        return sent_all

    def run(self):
        while not self._stopping:
            spool = next((s for s in self._spools if not s.is_empty), None)
            if spool is None:
                if not self._wait_for_work():
                    break
                continue
            try:
                self._send_some(spool)
                self._on_available()
            except (_Unavailable, OSError) as error:
                self._on_unavailable(str(error) or type(error).__name__)
            except Exception as error:  # A defect here costs a record, not the training and not the other records.
                self._skip(spool, error)
        self._client.close()
        for spool in self._spools:
            spool.close()

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
        if spool is self._spools[-1]:
            # Earlier processes of the run have counted theirs.
            self.stored += _size_of(record) - refused
            self.refused += refused
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
        halves = _halves(record) if error.status in (400, 413, 422) else []
        if not halves:
            self._refusals.say(_name_of(record), "the platform refused it: %s" % error)
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
        elif kind == "update":
            self._client.send("PATCH", self._run, _line(record["body"]))
        elif kind == "finish":
            self._client.send("POST", self._run + "/finish", _line(record["body"]))
        elif kind == "artifact":
            self._send_artifact(record)

    def _send_artifact(self, record):
        if not os.path.isdir(record["folder"]):
            return  # Removed once the version existed, just before the process ended.
        self._client.upload(record["folder"], record["body"]["files"], self._note_progress)
        path = "/api/artifacts/%s/versions" % urllib.parse.quote(record["name"], safe="")
        self._client.send("POST", path, _line(record["body"]), {"Idempotency-Key": record["id"]})
        shutil.rmtree(record["folder"], ignore_errors=True)

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
        with self._signal:
            while not self._woken:
                if self._finishing or self._stopping:
                    return False
                self._signal.wait(1)
            self._woken = False
            return True


# The run --------------------------------------------------------------------------------------------------------------


class Run:
    """A tracked training; created by ``init``. Methods are thread-safe."""

    def __init__(self, server, token, run_id, project, name, job_id, attempt, spool_folder, finish_timeout):
        self.id = run_id
        self.project = project
        self._job_id = job_id
        self._attempt = attempt
        self._finish_timeout = finish_timeout
        self._gate = threading.Condition()
        self._points = []
        self._records = []
        self._next_step = 1
        self._last_time = 0
        self._lost = 0
        self._accepted = 0
        self._refusals = _Refusals()
        self._busy = self._flush_requested = self._finishing = False
        self._finished = False
        self._sender = None
        if not server:
            return
        self.project = _valid_project(project)
        if self.project != project:
            _notify_user("the project %s is tracked as %s" % (_brief(project), self.project))
        body = {"project": self.project}
        valid_name = None if name is None else _valid_name(name)
        if valid_name:
            body["name"] = valid_name
        if valid_name != name:
            _notify_user("the name %s is kept as %s" % (_brief(name), valid_name or "the run's id"))
        if job_id:
            body["jobId"] = job_id
        run_record = {"kind": "run", "body": body}
        left = _Spool.take_over(spool_folder, run_id)
        self._spool = _Spool.create(spool_folder, run_id)
        self._spool.append(_line(run_record))
        self._sender = _Sender(server, token, run_id, run_record, left + [self._spool], self._refusals)
        self._sender.start()
        self._collector = threading.Thread(target=self._collect, name="platform-collector", daemon=True)
        self._collector.start()

    @property
    def is_enabled(self):
        """False when there is no platform to track on: every call then does nothing."""
        return self._sender is not None

    def log(self, metrics, step=None, stage=None, at=None):
        """Logs values of one step: ``run.log({"loss": 0.5})``.

        ``step`` is one more than the last by default; ``stage`` names a part of the training; ``at`` is when it was
        measured, in seconds since 1970 or as a ``datetime``, now by default. Logging the same key, step and time again changes
        nothing, so a resumed training may repeat what it may already have logged. A value that is no number is left out
        alone.
        """
        if self._sender is None or not self._is_open("the metrics"):
            return
        try:
            metrics = dict(metrics)
        except Exception as error:
            self._refusals.add("the metrics", _reason(error))
            return
        values = []
        for key, value in metrics.items():
            try:
                if not _is_name(key, _MAX_NAME):
                    raise ValueError("a metric's name has 1 to %d characters, none of them a control character" % _MAX_NAME)
                values.append((key, _metric(value)))
            except Exception as error:
                self._refusals.add(key, _reason(error))
        try:
            if stage is not None and not _is_name(stage, _MAX_STAGE):
                raise ValueError("a stage has 1 to %d characters, none of them a control character" % _MAX_STAGE)
            step = None if step is None else _step(step)
            microseconds = None if at is None else _microseconds(at)
        except Exception as error:
            for key, _ in values:
                self._refusals.add(key, _reason(error))
            return
        if values:
            self._add_points(values, step, stage, microseconds)

    def _add_points(self, values, step, stage, microseconds):
        with self._gate:
            step = self._next_step if step is None else step
            self._next_step = step + 1
            if microseconds is None:
                # Later than every time before, so that two values of one step are two points.
                microseconds = self._last_time = max(time.time_ns() // 1000, self._last_time + 1)
            self._accepted += len(values)
            if len(self._points) + len(values) > _MAX_POINTS_IN_MEMORY:
                self._lost += len(values)
                return
            for key, value in values:
                self._points.append((key, step, microseconds, value, stage))
            if len(self._points) >= 2 * _POINTS_PER_RECORD:
                self._gate.notify_all()

    def summary(self, values):
        """Sets results of the training, such as its final accuracy."""
        self._update("summary", values)

    def parameters(self, values):
        """Sets parameters of the training, such as its learning rate."""
        self._update("parameters", values)

    def tags(self, values):
        """Sets labels of the run."""
        self._update("tags", values)

    def artifact(self, path, name, type="custom"):
        """Stores a file or a folder as the next version of an artifact.

        It is copied to the spool before this returns, so the original may change afterwards; the upload runs in the
        background. ``type``: model, dataset, code, config, checkpoint or custom.
        """
        if self._sender is None or not self._is_open("the artifact"):
            return
        try:
            self._add(self._copy(os.fspath(path), name, type), 1)
        except Exception as error:
            self._refusals.add("the artifact " + _text(name), _reason(error))

    def flush(self, timeout=30.0):
        """Waits until everything logged so far is stored on the platform, or the timeout has elapsed.

        Returns a ``Report``, which is true when nothing is waiting any more.
        """
        if self._sender is None or self._finished:
            return self._report()
        end = time.monotonic() + timeout
        while True:
            with self._gate:
                if not (self._points or self._records or self._busy) and self._sender.has_sent_all:
                    return self._report()
                self._flush_requested = True
                self._gate.notify_all()
            self._sender.retry_now()
            if time.monotonic() > end:
                return self._report()
            self._sender.wait_for_progress(0.02)

    def finish(self, status="finished"):
        """Ends the run as finished, failed or interrupted.

        Waits while records are being sent and gives up when none could be for a few seconds; unsent records stay in the
        spool: in a job its agent sends them once the platform is available again, otherwise the run's next process or ``flush``.
        Returns a ``Report``.
        """
        with self._gate:
            if self._finished or self._sender is None:
                self._finished = True
                return self._report()
            self._finished = True
            body = {"status": status}
            if self._attempt:
                # Sent late, after the job's next attempt began, it must change nothing.
                body["attempt"] = self._attempt
            self._records.append((_line({"kind": "finish", "body": body}), 0))
            self._finishing = True
            self._gate.notify_all()
        self._collector.join()
        if not self._sender.finish(self._finish_timeout):
            location = self._spool.path or "memory"
            _notify_user("the platform is unavailable; unsent records are kept in " + location)
        if self._lost:
            _notify_user("%d values were lost because the spool could not store them" % self._lost)
        return self._report()

    def _report(self):
        stored, refused = (self._sender.stored, self._sender.refused) if self._sender is not None else (0, 0)
        waiting = max(0, self._accepted - self._lost - stored - refused)
        return Report(stored, refused + self._refusals.count + self._lost, waiting)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.finish("finished" if kind is None else "interrupted" if kind is KeyboardInterrupt else "failed")

    def _is_open(self, what):
        if self._finished:
            self._refusals.add(what, "the run has ended")
        return not self._finished

    def _update(self, field, values):
        if self._sender is None or values is None or not self._is_open("what was set"):
            return
        try:
            values = dict(values)
        except Exception as error:
            self._refusals.add(field, _reason(error))
            return
        some, size = {}, 0
        for key, value in values.items():
            key = _text(key)
            try:
                json_value = self._checked(field, key, value)
            except Exception as error:
                self._refusals.add(key, _reason(error))
                continue
            length = len(json.dumps([key, json_value]))
            if some and size + length > _BYTES_PER_REQUEST:
                self._add_update(field, some)
                some, size = {}, 0
            some[key] = json_value
            size += length
        if some:
            self._add_update(field, some)

    def _checked(self, field, key, value):
        """The value as it is stored. What is too long is cut."""
        if not _is_name(key, _MAX_NAME):
            raise ValueError("a name has 1 to %d characters, none of them a control character" % _MAX_NAME)
        if field == "tags":
            text = _text(value)
            json_value, is_cut = text[:_MAX_TAG], len(text) > _MAX_TAG
        else:
            json_value, is_cut = _value(value)
        if is_cut:
            self._refusals.note("%s is too long and is cut" % _brief(key))
        return json_value

    def _add_update(self, field, values):
        body = {field: values}
        if self._attempt:
            # Sent late, it overwrites nothing that the job's next attempt has set.
            body["attempt"] = self._attempt
        self._add(_line({"kind": "update", "body": body}), len(values))

    def _add(self, record, size):
        with self._gate:
            self._accepted += size
            self._records.append((record, size))

    def _copy(self, path, name, type):
        valid = _valid_artifact(name)
        if valid != name:
            self._refusals.note("the artifact %s is stored as %s" % (_brief(name), valid))
        name = valid
        identity = str(uuid.uuid4())
        folder = os.path.join(self._spool.artifact_folder, identity)
        os.makedirs(folder)
        files = []
        found, left_out = self._files(path)
        copies = _Copies(folder)
        for file, relative in found:
            with self._open(file) as source:
                executable = bool(os.fstat(source.fileno()).st_mode & stat.S_IXUSR)
                sha256, size = copies.add(source)
            entry = {"path": relative, "size": size, "sha256": sha256}
            if executable:
                entry["executable"] = True
            files.append(entry)
        copies.finish()
        for relative, reason in left_out[:5]:
            _notify_user("artifact %s is stored without %s: %s" % (name, relative, reason))
        if len(left_out) > 5:
            _notify_user("artifact %s is stored without %d more" % (name, len(left_out) - 5))
        if not files:
            raise ValueError("there is no file in %s" % path)
        body = {"type": _text(type), "project": self.project, "files": files}
        if self._job_id:
            body["jobId"] = self._job_id
        if self._attempt:
            body["attempt"] = self._attempt
        try:
            body["runId"] = str(uuid.UUID(self.id))
        except ValueError:
            pass  # A run's id may be any name; versions refer to runs by UUID.
        return _line({"kind": "artifact", "id": identity, "name": name, "folder": folder, "body": body})

    @staticmethod
    def _files(path):
        """The files below a folder with their names, and what is left out: links that lead out, FIFOs, sockets, devices, names
        that artifacts cannot have."""
        if not os.path.isdir(path):
            name = os.path.basename(path)
            problem = _problem_with_name(name)
            return ([], [(_shown(name), problem)]) if problem else ([(path, name)], [])
        root = os.path.realpath(path)
        found, left_out = [], []
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names + [name for name in folders if os.path.islink(os.path.join(folder, name))]):
                file = os.path.join(folder, name)
                relative = os.path.relpath(file, path).replace(os.sep, "/")
                target = os.path.realpath(file)
                problem = _problem_with_name(relative)
                if problem:
                    left_out.append((_shown(relative), problem))
                elif os.path.islink(file) and not os.path.exists(file):
                    left_out.append((relative, "a link to nothing"))
                elif os.path.islink(file) and not target.startswith(os.path.join(root, "")):
                    left_out.append((relative, "a link that leaves the folder"))
                elif os.path.isdir(file):
                    left_out.append((relative, "a link to a folder"))
                elif not stat.S_ISREG(os.stat(file).st_mode):
                    left_out.append((relative, "no regular file"))
                else:
                    found.append((file, relative))
        return found, left_out

    @staticmethod
    def _open(file):
        """Opens a regular file; what became a FIFO in the meantime does not block."""
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "no regular file", file)
        return os.fdopen(descriptor, "rb")

    def _collect(self):
        while True:
            with self._gate:
                if not self._finishing and not self._flush_requested:
                    self._gate.wait(_FLUSH_INTERVAL)
                self._flush_requested = False
                points, self._points = self._points, []
                records, self._records = self._records, []
                if self._finishing and not points and not records:
                    return
                self._busy = True
            # Points first: the records may include the end of the run.
            for start in range(0, len(points), _POINTS_PER_RECORD):
                some = points[start : start + _POINTS_PER_RECORD]
                if not self._spool.append(_line({"kind": "points", "points": [self._point(p) for p in some]})):
                    self._lost += len(some)
            for record, size in records:
                if not self._spool.append(record):
                    self._lost += max(size, 1)
            with self._gate:
                self._busy = False
            if points or records:
                self._sender.wake()

    @staticmethod
    def _point(point):
        key, step, microseconds, value, stage = point
        json_point = {"key": key, "step": step, "at": _timestamp(microseconds), "value": value}
        if stage is not None:
            json_point["stage"] = stage
        return json_point


# The module's run -----------------------------------------------------------------------------------------------------

_current = None
_status = "finished"


def init(
    project=None,
    name=None,
    parameters=None,
    tags=None,
    run_id=None,
    url=None,
    token=None,
    spool_dir=None,
    finish_timeout=5.0,
):
    """Starts tracking and returns the run, which is also what this module's functions act on.

    Options that are not given come from the environment. Unsent records of an earlier process of the same run are sent first.
    """
    global _current
    if _current is None:
        _finish_with_process()
    else:
        _current.finish()
    environment = os.environ
    server = _text(url) if url is not None else environment.get("PLATFORM_URL")
    if environment.get("PLATFORM_DISABLED") == "1":
        server = None
    if server and urllib.parse.urlsplit(server).scheme not in ("http", "https"):
        _notify_user("PLATFORM_URL %s is not a valid address; nothing is tracked" % server)
        server = None
    identity = (_text(run_id) if run_id is not None else environment.get("PLATFORM_RUN_ID")) or str(uuid.uuid4())
    if not (identity[0].isalnum() and len(identity) <= 64 and all(c.isalnum() or c in "._-" for c in identity) and identity.isascii()):
        _notify_user("%r is not a valid run id; nothing is tracked" % identity)
        server = None
    attempt = environment.get("PLATFORM_ATTEMPT", "")
    _current = Run(
        server,
        _text(token) if token is not None else environment.get("PLATFORM_TOKEN"),
        identity,
        project if project is not None else environment.get("PLATFORM_PROJECT") or "default",
        name,
        environment.get("PLATFORM_JOB_ID"),
        int(attempt) if attempt.isdigit() else None,
        spool_dir or _spool_folder(),
        finish_timeout,
    )
    _current.parameters(parameters)
    _current.tags(tags)
    return _current


def log(metrics, step=None, stage=None, at=None):
    """See ``Run.log``."""
    _run().log(metrics, step, stage, at)


def summary(values):
    """See ``Run.summary``."""
    _run().summary(values)


def parameters(values):
    """See ``Run.parameters``."""
    _run().parameters(values)


def tags(values):
    """See ``Run.tags``."""
    _run().tags(values)


def artifact(path, name, type="custom"):
    """See ``Run.artifact``."""
    _run().artifact(path, name, type)


def flush(timeout=30.0):
    """See ``Run.flush``."""
    return _run().flush(timeout)


def finish(status="finished"):
    """See ``Run.finish``."""
    return _run().finish(status)


def _run():
    return _current if _current is not None else init()


def _spool_folder():
    configured = os.environ.get("PLATFORM_SPOOL_DIR")
    if configured:
        return configured
    state = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(state, "platform", "spool")


def _finish_with_process():
    """Finishes a run that the script leaves open when the process ends, with the status of the process."""
    previous, process = sys.excepthook, os.getpid()

    def note_failure(kind, error, trace):
        global _status
        _status = "interrupted" if issubclass(kind, KeyboardInterrupt) else "failed"
        previous(kind, error, trace)

    def at_exit():
        if os.getpid() == process:
            _current.finish(_status)

    sys.excepthook = note_failure
    atexit.register(at_exit)


def _flush_unsent():
    """Sends the unsent records of all processes that have ended."""
    server, folder = os.environ.get("PLATFORM_URL"), _spool_folder()
    if not server:
        _notify_user("set PLATFORM_URL to the platform's address")
        return 2
    names = os.listdir(folder) if os.path.isdir(folder) else []
    complete = True
    for run_id in sorted({name[: -len(".jsonl")].rpartition(".")[0] for name in names if name.endswith(".jsonl")}):
        spools = _Spool.take_over(folder, run_id)
        record = {"kind": "run", "body": {"project": os.environ.get("PLATFORM_PROJECT") or "default"}}
        sender = _Sender(server, os.environ.get("PLATFORM_TOKEN"), run_id, record, spools)
        sender.start()
        complete = sender.finish(5.0) and complete
    return 0 if complete else 1


if __name__ == "__main__":
    if sys.argv[1:] != ["flush"]:
        print("usage: platform_sdk.py flush    sends the unsent records in the spool to PLATFORM_URL", file=sys.stderr)
        sys.exit(2)
    sys.exit(_flush_unsent())
