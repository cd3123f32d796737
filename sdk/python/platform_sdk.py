# Generated from sdk/python/src/platform_sdk by sdk/python/bundle.py. Change the package and run it again.
"""Tracks a training on the platform: metrics, parameters, results, artifacts.

No dependencies, Python 3.8 or newer. Copy the single file beside the training script, ship it in the job's ``files``, or
install the package::

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

from __future__ import annotations

import argparse
import atexit
import codecs
import collections.abc
import dataclasses
import datetime
import errno
import fnmatch
import hashlib
import http.client
import io
import itertools
import json
import logging
import math
import numbers
import os
import platform
import re
import shutil
import signal
import socket
import ssl
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unicodedata
import urllib.error
import urllib.parse
import urllib.request
import uuid
import weakref
import zlib
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Union

__all__ = [
    "Artifact",
    "ArtifactError",
    "LogHandler",
    "Report",
    "Run",
    "artifact",
    "define_metric",
    "enabled",
    "finish",
    "flush",
    "init",
    "log",
    "log_artifact",
    "log_file",
    "log_histogram",
    "log_image",
    "log_table",
    "log_text",
    "parameters",
    "set_primary_metric",
    "snapshot",
    "summary",
    "tags",
    "use_artifact",
    "watch",
]


# Turns whatever a script passes into what the platform takes ----------------------------------------------------------

_MAX_STEP = (1 << 53) - 1
_MAX_NAME = 250
_MAX_STAGE = 100
_MAX_PROJECT = 200
_MAX_TAG = 5000
_MAX_VALUE_BYTES = 16 * 1024
_MAX_DEPTH = 32
_MAX_ITEMS = 5000
_MAX_NESTING = 8
_BRIEF = 80
_YEAR_1 = -62_135_596_800
_YEAR_10000 = 253_402_300_800
_REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


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


def _digits(number):
    """A whole number as text: Python writes very long ones only with base 16."""
    try:
        return str(number)
    except ValueError:
        return hex(number)


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
            return int(value) if abs(value) < 1 << 1023 else _digits(value)
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
    text = _json(json_value)
    if len(text) <= _MAX_VALUE_BYTES:
        return json_value, False
    text = json_value if isinstance(json_value, str) else text.decode()
    while len(_json(text)) > _MAX_VALUE_BYTES - 16:
        text = text[: len(text) * (_MAX_VALUE_BYTES - 16) // len(_json(text))]
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


def _json(value):
    """JSON as the platform counts it: in UTF-8, without escapes of what needs none."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode("utf-8", "replace")


def _line(record):
    return _json(record) + b"\n"


def _seconds(value, default):
    """A time limit; the default for what is none."""
    try:
        seconds = float(value)
        return seconds if 0 <= seconds < 86400 * 365 else default
    except Exception:
        return default


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
    try:
        text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join("\\u%04x" % ord(c) if c != "\\" and _is_odd(c) else c for c in text)


def _timestamp(microseconds):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _mapping(value):
    """What has names for its values, as a dictionary; None when it has none."""
    if isinstance(value, dict):
        return value
    if isinstance(value, argparse.Namespace):
        return vars(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return dict(value) if isinstance(value, collections.abc.Mapping) else None


def _flattened(values):
    """Dictionaries within others as names with dots: ``{"model": {"depth": 3}}`` is ``{"model.depth": 3}``."""
    flat = {}

    def add(prefix, items, depth):
        for key, value in items:
            name = prefix + _text(key)
            try:
                inner = _mapping(value) if depth < _MAX_NESTING and len(flat) < _MAX_ITEMS else None
                inner = list(inner.items()) if inner else None
            except Exception:
                inner = None
            if inner:
                add(name + ".", inner, depth + 1)
            else:
                flat[name] = value

    add("", values.items(), 0)
    return flat


def _now():
    return _timestamp(time.time_ns() // 1000)


# Files for the platform: which are taken, and how they are copied -----------------------------------------------------

_SMALL_FILE = 256 * 1024
_FILES_PER_REQUEST = 1000
_FILE_BYTES_PER_REQUEST = 4 << 20


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


def _files_of(path):
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


def _open_file(file):
    """Opens a regular file; what became a FIFO in the meantime does not block."""
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no regular file", file)
    return os.fdopen(descriptor, "rb")


# What is said to the user, and what is counted ------------------------------------------------------------------------

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


# Artifacts: what is stored as a version, and how a version is fetched -------------------------------------------------

_MAX_LEFT_OUT = 5
_MAX_METADATA = 5000
_DOWNLOAD_TIMEOUT = 60.0


class Artifact:
    """Files that become one version of an artifact; stored by ``log_artifact``.

    ``type`` is model, dataset, code, config, checkpoint or custom. Metadata are texts by name.
    """

    # Whether it is refused when a file of it cannot be read.
    _is_whole = True

    def __init__(self, name, type="custom", description=None, metadata=None, aliases=()):
        self.name = name
        self.type = type
        self.description = description
        self.metadata = dict(metadata or {})
        self.aliases = [aliases] if isinstance(aliases, str) else list(aliases)
        self._sources = []

    def add_file(self, path, name=None):
        """Adds a file, below another name within the artifact if one is given. Returns the artifact."""
        return self._add(path, name, True)

    def add_dir(self, path, name=None):
        """Adds what is in a folder, within a folder of the artifact if a name is given. Returns the artifact."""
        return self._add(path, name, False)

    def _add(self, path, name, is_file):
        try:
            path = os.fsdecode(path)
            inner = _inner_path(name) if name is not None else os.path.basename(path) if is_file else ""
            self._sources.append((path, inner, is_file))
        except Exception as error:
            _notify_user("artifact %s is stored without %s: %s" % (_brief(self.name), _brief(path), _reason(error)))
        return self

    def _files(self):
        """The files with their names, and what is left out with the reason."""
        found, left_out = {}, []
        for path, name, is_file in self._sources:
            if is_file:
                problem = _problem_with_name(name) or (None if os.path.isfile(path) else "there is no such file")
                if problem:
                    left_out.append((name, problem))
                else:
                    found[name] = path
                continue
            files, without = _files_of(path)
            prefix = name + "/" if name else ""
            found.update((prefix + relative, file) for file, relative in files)
            left_out += [(prefix + relative, reason) for relative, reason in without]
        return [(file, relative) for relative, file in found.items()], left_out


def _inner_path(name):
    parts = [part for part in _text(os.fspath(name)).replace(os.sep, "/").split("/") if part not in ("", ".")]
    if ".." in parts or not parts:
        raise ValueError("%s is no path within an artifact" % _brief(name))
    return "/".join(parts)


def _artifact_of(path, name, type):
    """A file or a folder as an artifact."""
    artifact = Artifact(name, type)
    path = os.fspath(path)
    return artifact.add_dir(path) if os.path.isdir(path) else artifact.add_file(path)


def _artifact_record(artifact, folder, refusals, body):
    """Copies an artifact's files into the folder and returns the record that stores its next version."""
    name = _valid_artifact(artifact.name)
    if name != artifact.name:
        refusals.note("the artifact %s is stored as %s" % (_brief(artifact.name), name))
    found, left_out = artifact._files()
    identity = str(uuid.uuid4())
    folder = os.path.join(folder, identity)
    os.makedirs(folder)
    try:
        files, unreadable = _copy(found, folder, artifact._is_whole)
        left_out = left_out + unreadable
        for relative, reason in left_out[:_MAX_LEFT_OUT]:
            _notify_user("artifact %s is stored without %s: %s" % (name, relative, reason))
        if len(left_out) > _MAX_LEFT_OUT:
            _notify_user("artifact %s is stored without %d more" % (name, len(left_out) - _MAX_LEFT_OUT))
        if not files:
            raise ValueError("there is no file in it")
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    version = {"type": _text(artifact.type), "files": files}
    if artifact.description is not None:
        version["description"] = _text(artifact.description)
    if artifact.metadata:
        version["metadata"] = {_text(key): _metadata(value) for key, value in artifact.metadata.items()}
    if artifact.aliases:
        version["aliases"] = [_text(alias) for alias in artifact.aliases]
    return _line({"kind": "artifact", "id": identity, "name": name, "folder": folder, "body": dict(version, **body)})


def _metadata(value):
    text = _text(value)
    return text if len(text) <= _MAX_METADATA else text[: _MAX_METADATA - 1] + "…"


def _copy(found, folder, is_whole):
    """The files as a version names them, and what cannot be read; unless all are wanted, which then raises OSError."""
    files, unreadable = [], []
    copies = _Copies(folder)
    for file, relative in found:
        try:
            source = _open_file(file)
        except OSError as error:
            if is_whole:
                raise
            unreadable.append((relative, _reason(error.strerror or error)))
            continue
        with source:
            is_executable = bool(os.fstat(source.fileno()).st_mode & 0o100)
            sha256, size = copies.add(source)
        entry = {"path": relative, "size": size, "sha256": sha256}
        if is_executable:
            entry["executable"] = True
        files.append(entry)
    copies.finish()
    return files, unreadable


class ArtifactError(Exception):
    """An artifact cannot be used: it does not exist, or its files are not what the platform says."""


def _fetch_artifact(server, token, reference, folder, project_folder):
    """Downloads a version into a folder, verifies it and returns the folder. Files that are there already stay."""
    name, _, version = _text(reference).partition(":")
    version = version or "latest"
    address = server.rstrip("/") + "/api/artifacts/%s/versions/%s" % (
        urllib.parse.quote(name, safe=""),
        urllib.parse.quote(version, safe=""),
    )
    try:
        with _open(address, token) as answer:
            manifest = json.loads(answer.read())
        number, files = manifest["version"], manifest["files"]
    except (KeyError, TypeError, ValueError):
        raise ArtifactError("%s: the answer is not the platform's" % reference)
    if folder is None:
        folder = os.path.join(project_folder, "%s-v%d" % (name, number))
    # By number: an alias may move while the files are being fetched.
    address = address.rpartition("/")[0] + "/%d/files/" % number
    os.makedirs(folder, exist_ok=True)
    for file in files:
        path = _path_within(folder, file["path"])
        if _sha256_of(path) != file["sha256"]:
            _fetch_file(address + urllib.parse.quote(file["path"]), token, path, file["sha256"])
        if file.get("executable"):
            os.chmod(path, os.stat(path).st_mode | 0o111)
    return folder


def _path_within(folder, relative):
    parts = relative.split("/")
    if any(part in ("", ".", "..") or os.sep in part for part in parts) or os.path.isabs(relative):
        raise ArtifactError("%s is no path within an artifact" % _brief(relative))
    path = os.path.join(folder, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # A link that lies in the folder must not lead the file elsewhere.
    root = os.path.realpath(folder)
    if os.path.commonpath([root, os.path.realpath(os.path.dirname(path))]) != root:
        raise ArtifactError("%s leaves the folder" % _brief(relative))
    return path


def _sha256_of(path):
    if os.path.islink(path) or not os.path.isfile(path):
        return None
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _fetch_file(address, token, path, sha256):
    digest = hashlib.sha256()
    partial = "%s.%s.partial" % (path, uuid.uuid4().hex)
    try:
        with _open(address, token) as answer, open(partial, "wb") as file:
            for block in iter(lambda: answer.read(1 << 20), b""):
                digest.update(block)
                file.write(block)
        if digest.hexdigest() != sha256:
            raise ArtifactError("%s was changed on its way" % os.path.basename(path))
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def _open(address, token):
    request = urllib.request.Request(address)
    if token:
        request.add_unredirected_header("Authorization", "Bearer " + token)
    try:
        return urllib.request.urlopen(request, timeout=_DOWNLOAD_TIMEOUT)
    except urllib.error.HTTPError as error:
        problem = "it does not exist" if error.code == 404 else "the platform returned %d" % error.code
        raise ArtifactError("%s: %s" % (address, problem))
    except (OSError, http.client.HTTPException) as error:
        raise ArtifactError("%s: %s" % (address, error))


# What a script prints, as a text of its run ---------------------------------------------------------------------------

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


# What a run ran in: Python, its packages, the code's revision, the machine --------------------------------------------

_MAX_ENVIRONMENT = 240 * 1024
_MAX_PACKAGES = 3000
_COMMAND_TIMEOUT = 5.0
_LONGEST_WAIT = 2.0
_SECRET = re.compile(r"(?i)(token|secret|passw|passphrase|credential|api.?key|access.?key|private.?key|auth)")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def _record_environment(run):
    """Records it in the background; a run that ends soon waits for it a moment. ``PLATFORM_ENVIRONMENT=0``: not at all."""
    if os.environ.get("PLATFORM_ENVIRONMENT") == "0":
        return
    # Imported here: a process that is forked while another thread imports would find the module half-done.
    import importlib.metadata

    def record():
        try:
            run._add_update("environment", _environment(importlib.metadata.distributions), size=0)
        except Exception:
            pass  # It is worth no line: a training depends on nothing of it.

    thread = threading.Thread(target=record, name="platform-environment", daemon=True)
    thread.start()
    run._before_end.append(lambda: thread.join(_LONGEST_WAIT))


def _environment(distributions):
    environment = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "host": socket.gethostname(),
        "cpus": os.cpu_count(),
        "command": _command(),
        "folder": os.getcwd(),
        "git": _git(),
        "gpus": _gpus(),
        "packages": _packages(distributions),
    }
    environment = {name: value for name, value in environment.items() if value}
    while len(json.dumps(environment)) > _MAX_ENVIRONMENT and environment.get("packages"):
        names = sorted(environment["packages"])
        environment["packages"] = {name: environment["packages"][name] for name in names[: len(names) // 2]}
    return json.loads(json.dumps(environment, default=_text)) if len(json.dumps(environment)) <= _MAX_ENVIRONMENT else {}


def _command():
    """The command line, in which what looks like a secret is replaced."""
    arguments, hides_next = [], False
    for argument in map(_text, getattr(sys, "orig_argv", None) or [sys.executable] + sys.argv):
        name, equals, _ = argument.partition("=")
        if hides_next and not argument.startswith("-"):
            argument = "***"
        elif equals and _SECRET.search(name):
            argument = name + "=***"
        hides_next = argument.startswith("-") and not equals and bool(_SECRET.search(argument))
        arguments.append(_CREDENTIALS.sub("***@", argument)[:1000])
    return arguments[:200]


def _output_of(*command):
    """What a command prints; None when it fails or takes too long."""
    try:
        environment = dict(os.environ, GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0")
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_COMMAND_TIMEOUT,
            env=environment,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _git():
    """The revision of the script's folder."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    folder = os.path.dirname(os.path.abspath(main)) if main else os.getcwd()
    commit = _output_of("git", "-C", folder, "rev-parse", "HEAD")
    if not commit:
        return None
    branch = _output_of("git", "-C", folder, "rev-parse", "--abbrev-ref", "HEAD")
    changes = _output_of("git", "-C", folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "branch": None if branch == "HEAD" else branch, "dirty": bool(changes)}


def _gpus():
    output = _output_of("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")
    found = []
    for line in (output or "").splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 3:
            memory = int(parts[1]) if parts[1].isdigit() else None
            found.append({"name": parts[0], "memoryMiB": memory, "driver": parts[2]})
    return found


def _packages(distributions):
    found = {}
    for distribution in distributions():
        try:
            name, version = distribution.metadata["Name"], distribution.version
        except Exception:
            continue
        if name and len(found) < _MAX_PACKAGES:
            found.setdefault(_text(name), _text(version))
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


# How a process ends, and with it the runs that it leaves open ---------------------------------------------------------

_exit_codes = {}


class _Watch:
    """What is known about the end of this process."""

    def __init__(self):
        self.is_installed = False
        self.is_released = False
        self.status = None
        self.on_end = None

    def end_status(self):
        if self.status is not None:
            return self.status
        codes = list(_exit_codes.values())
        return _status_of_code(codes[-1]) if codes else "finished"


_watch = _Watch()


class _Exit(SystemExit):
    """What ``sys.exit`` raises. It notes whether it was caught or ends the process.

    The interpreter calls no hook for it and forgets it before the process's exit handlers run. But it forgets it when no
    Python code runs any more, whereas one that was caught goes away while other code runs.
    """

    def __init__(self, *arguments):
        super().__init__(*arguments)
        _exit_codes[id(self)] = self.code

    def __reduce__(self):
        return SystemExit, self.args  # For another process it is what it stands for.

    def __del__(self):
        try:
            sys._getframe(1)
        except ValueError:
            return  # The process ends with it.
        _exit_codes.pop(id(self), None)


_Exit.__name__ = _Exit.__qualname__ = "SystemExit"  # As it is shown.


def _status_of_code(code):
    """The status of a run whose process ends with this code; a text is an error message."""
    return "finished" if code is None or (isinstance(code, int) and code == 0) else "failed"


def _status_of_exception(kind, error):
    if issubclass(kind, SystemExit):
        return _status_of_code(getattr(error, "code", None))
    return "interrupted" if issubclass(kind, KeyboardInterrupt) else "failed"


def _watch_process(on_end):
    """Calls ``on_end`` with the status of the process, and whether a signal ends it, when the process ends."""
    _watch.on_end = on_end
    _catch_termination()
    util = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if not _watch.is_installed:
        _watch.is_installed = True
        _watch_exceptions()
        _watch_exits()
        atexit.register(_at_exit)
        if util is not None and getattr(process, "_parent_process", None) is not None:
            # Workers of multiprocessing may end without the interpreter's own clean-up.
            util.Finalize(None, _at_exit, exitpriority=0)


def _at_exit():
    _watch.on_end(_watch.end_status(), False)


def _watch_exceptions():
    previous = sys.excepthook

    def note_exception(kind, error, trace):
        if not hasattr(sys, "ps1"):  # An interactive session goes on.
            _watch.status = _status_of_exception(kind, error)
        previous(kind, error, trace)

    sys.excepthook = note_exception


def _watch_exits():
    previous = sys.exit

    def exit(code=None):
        if threading.current_thread() is not threading.main_thread():
            previous(code)  # It ends the thread only.
        raise _Exit(code) if code is not None else _Exit()

    exit.__doc__ = previous.__doc__
    sys.exit = exit
    quitter = sys.modules.get("_sitebuiltins")
    if quitter is not None:  # Where ``exit()`` and ``quit()`` are.
        call = quitter.Quitter.__call__

        def note_code(self, code=None):
            try:
                call(self, code)
            except SystemExit as error:
                code = error.code
            sys.exit(code)

        quitter.Quitter.__call__ = note_code


def _catch_termination():
    """Lets SIGTERM end the run before it ends the process, unless the script handles it itself."""
    if threading.current_thread() is not threading.main_thread():
        return
    try:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _on_termination)
    except (AttributeError, ValueError):
        pass  # There is no such signal here, or an embedded interpreter takes no handler.


def _release_termination():
    """In a process that was forked: until it logs something, SIGTERM ends it at once.

    A handler of Python's runs between its instructions only: a worker that is about to wait in other code, as those of
    pools do for work, would miss the signal and wait for ever.
    """
    try:
        _watch.is_released = signal.getsignal(signal.SIGTERM) is _on_termination
        if _watch.is_released:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    except (AttributeError, ValueError):
        pass


def _catch_termination_again():
    """In a process that was forked and has something to send."""
    if _watch.is_released:
        _watch.is_released = False
        _catch_termination()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_termination)


def _on_termination(number, frame):
    signal.signal(number, signal.SIG_DFL)
    try:
        _watch.on_end("interrupted", True)
    finally:
        os.kill(os.getpid(), number)


# How the processes of a training find out that they belong to one run -------------------------------------------------

_VARIABLE = "PLATFORM_RUN_PROCESS"


def _announce(**run):
    """Tells the processes that this one starts which run it tracks. Returns what was said before."""
    before = os.environ.get(_VARIABLE)
    run["process"] = os.getpid()
    os.environ[_VARIABLE] = json.dumps({key: value for key, value in run.items() if value is not None})
    return before


def _announced(attempt):
    """The run of the process that started this one, in the same attempt of the job; None when there is none."""
    try:
        owner = json.loads(os.environ.get(_VARIABLE, ""))
        return owner if isinstance(owner["run"], str) and owner.get("attempt") == attempt else None
    except (ValueError, KeyError, TypeError):
        return None


def _first_name(folder, run_id, attempt, name):
    """The name that the first process of a job's attempt gave the job's run: this one, unless the spool folder says otherwise."""
    path = os.path.join(folder, "%s.%d.name" % (run_id, attempt or 0))
    mine = "%s.%s" % (path, uuid.uuid4().hex)
    try:
        os.makedirs(folder, exist_ok=True)
        with open(mine, "w", encoding="utf-8") as file:
            file.write(name)
        try:
            os.link(mine, path)  # All of it at once, and only when there is none.
        finally:
            os.remove(mine)
    except FileExistsError:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        pass  # It cannot be kept: the processes of the job are one run.
    return name


def _withdraw(run_id, before):
    """Says again what was said before the run began."""
    try:
        owner = json.loads(os.environ.get(_VARIABLE, ""))
    except ValueError:
        return
    if owner.get("run") == run_id and owner.get("process") == os.getpid():
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


def _is_worker():
    """Whether multiprocessing started this process, such as a worker of a pool or of a data loader."""
    process = sys.modules.get("multiprocessing.process")
    return getattr(process, "_parent_process", None) is not None


# Which files of a folder an ignore file names, in the grammar of ``.gitignore`` and with Git's results ----------------

_NO_MATCH, _NO_MATCH_AT_ALL, _NO_MATCH_IN_FOLDER, _MATCH = range(4)
_SPECIAL = frozenset(b"*?[\\")
_STAR, _QUESTION, _BACKSLASH, _OPENING, _SLASH = b"*?\\[/"
_DIGITS = frozenset(b"0123456789")
_LOWER = frozenset(b"abcdefghijklmnopqrstuvwxyz")
_UPPER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_VISIBLE = frozenset(range(0x21, 0x7F))
_CLASSES = {
    b"alnum": _LOWER | _UPPER | _DIGITS,
    b"alpha": _LOWER | _UPPER,
    b"blank": frozenset(b" \t"),
    b"cntrl": frozenset(range(0x20)) | {0x7F},
    b"digit": _DIGITS,
    b"graph": _VISIBLE,
    b"lower": _LOWER,
    b"print": _VISIBLE | {0x20},
    b"punct": _VISIBLE - _LOWER - _UPPER - _DIGITS,
    b"space": frozenset(b" \t\n\r"),
    b"upper": _UPPER,
    b"xdigit": _DIGITS | frozenset(b"abcdefABCDEF"),
}


class _IgnoreFile:
    """The patterns of one ignore file, which concern what is below its folder: ``base`` is that folder's path with a slash
    at its end, empty for the root."""

    def __init__(self, content, base=b""):
        self._base = base
        if content.startswith(b"\xef\xbb\xbf"):
            content = content[3:]
        lines = (line[:-1] if line.endswith(b"\r") else line for line in content.split(b"\n"))
        # A NUL ends a line for Git.
        lines = (_without_trailing_spaces(line.split(b"\0")[0]) for line in lines if not line.startswith(b"#"))
        self._patterns = [_Pattern(line) for line in lines if line][::-1]

    def decide(self, path, is_folder):
        """True when the last pattern that matches names the path, False when it says that it is not ignored, and None when
        there is no such pattern. ``path`` is one below the root, in bytes, with slashes."""
        path = path[len(self._base) :]
        name = path[path.rfind(b"/") + 1 :]
        for pattern in self._patterns:
            if pattern.matches(path, name, is_folder):
                return not pattern.is_negative
        return None


def _without_trailing_spaces(line):
    """Spaces at the end count only after a backslash."""
    end, i = 0, 0
    while i < len(line):
        if line[i] == _BACKSLASH:
            i += 1
            if i == len(line):
                return line
            end = i + 1
        elif line[i] != 0x20:
            end = i + 1
        i += 1
    return line[:end]


class _Pattern:
    """One line of an ignore file."""

    def __init__(self, line):
        self.is_negative = line.startswith(b"!")
        text = line[1:] if self.is_negative else line
        self._is_of_folders = text.endswith(b"/")
        if self._is_of_folders:
            text = text[:-1]
        self._is_of_names = b"/" not in text
        literal = next((i for i, c in enumerate(text) if c in _SPECIAL), len(text))
        if text.startswith(b"/") and not self._is_of_names:
            text, literal = text[1:], literal - 1
        self._prefix, self._rest = text[:literal], text[literal:]
        # Most patterns are such as *.pyc.
        is_ending = self._rest.startswith(b"*") and not self._prefix and not _SPECIAL.intersection(text[1:])
        self._ending = text[1:] if is_ending and self._is_of_names else None

    def matches(self, path, name, is_folder):
        if self._is_of_folders and not is_folder:
            return False
        if self._ending is not None:
            return name.endswith(self._ending)
        text = name if self._is_of_names else path
        if not text.startswith(self._prefix):
            return False
        if not self._rest:
            return len(text) == len(self._prefix)
        if self._is_of_names:
            return _matches(self._prefix + self._rest, name, False)
        return _matches(self._rest, path[len(self._prefix) :], True)


def _matches(pattern, text, is_path):
    """Whether a pattern with wildcards matches the whole text; those of paths match no slash, except ``**``."""
    return _Wildcards(pattern, text, is_path).match(0, 0) == _MATCH


class _Wildcards:
    """Git's own way to match, with what it does about odd patterns. NUL stands for the end, as neither has one."""

    def __init__(self, pattern, text, is_path):
        self._pattern = pattern + b"\0\0"
        self._text = text + b"\0"
        self._is_path = is_path

    def match(self, start, t):
        pattern, text = self._pattern, self._text
        p = start
        while pattern[p]:
            c = pattern[p]
            if not text[t] and c != _STAR:
                return _NO_MATCH_AT_ALL
            if c == _STAR:
                p, crosses = self._stars(start, p, t)
                if crosses is None:
                    return _MATCH
                if crosses or pattern[p] != _SLASH:
                    return self._match_after_star(p, t, crosses)
                # One star and a slash: the rest of this part of the path.
                t = text.find(b"/", t)
                if t < 0:
                    return _NO_MATCH_AT_ALL
            elif c == _OPENING:
                p, is_in = self._set(p, text[t])
                if is_in is None:
                    return _NO_MATCH_AT_ALL
                if not is_in or self._is_path and text[t] == _SLASH:
                    return _NO_MATCH
            elif c == _QUESTION:
                if self._is_path and text[t] == _SLASH:
                    return _NO_MATCH
            else:
                if c == _BACKSLASH:
                    p += 1
                if text[t] != pattern[p]:
                    return _NO_MATCH
            p += 1
            t += 1
        return _NO_MATCH if text[t] else _MATCH

    def _stars(self, start, p, t):
        """Where the pattern goes on after stars, and whether they match slashes; None instead when everything matches."""
        pattern = self._pattern
        first = p
        while pattern[p] == _STAR:
            p += 1
        crosses = not self._is_path
        if self._is_path and p - first > 1:
            is_at_start = first == start or pattern[first - 1] == _SLASH
            crosses = is_at_start and (pattern[p] in (0, _SLASH) or pattern[p : p + 2] == b"\\/")
            if crosses and pattern[p] == _SLASH and self.match(p + 1, t) == _MATCH:
                return p, None
        if not pattern[p] and (crosses or self._text.find(b"/", t) < 0):
            return p, None
        return p, crosses

    def _match_after_star(self, p, t, crosses):
        pattern, text = self._pattern, self._text
        if not pattern[p]:
            return _NO_MATCH_IN_FOLDER
        while text[t]:
            if pattern[p] not in _SPECIAL:
                while text[t] and (crosses or text[t] != _SLASH) and text[t] != pattern[p]:
                    t += 1
                if text[t] != pattern[p]:
                    return _NO_MATCH_AT_ALL if crosses else _NO_MATCH_IN_FOLDER
            result = self.match(p, t)
            if result != _NO_MATCH:
                if not crosses or result != _NO_MATCH_IN_FOLDER:
                    return result
            elif not crosses and text[t] == _SLASH:
                return _NO_MATCH_IN_FOLDER
            t += 1
        return _NO_MATCH_AT_ALL

    def _set(self, p, c):
        """The end of a set such as ``[a-z]``, and whether it has a character; None instead where it does not end."""
        pattern = self._pattern
        p += 1
        is_negated = pattern[p] in b"!^"
        if is_negated:
            p += 1
        before, is_in, is_first = 0, False, True
        while is_first or pattern[p] != 0x5D:
            is_first = False
            current = pattern[p]
            if not current:
                return p, None
            if current == _BACKSLASH:
                p += 1
                current = pattern[p]
                if not current:
                    return p, None
                is_in = is_in or c == current
            elif current == 0x2D and before and pattern[p + 1] not in b"\0]":
                p += 1
                if pattern[p] == _BACKSLASH:
                    p += 1
                if not pattern[p]:
                    return p, None
                is_in = is_in or before <= c <= pattern[p]
                current = 0
            elif current == _OPENING and pattern[p + 1] == 0x3A:
                end = pattern.find(b"]", p + 2)
                if end < 0:
                    return p, None
                if end == p + 2 or pattern[end - 1] != 0x3A:
                    is_in = is_in or c == _OPENING  # It is no class, but a set as any other.
                else:
                    members = _CLASSES.get(pattern[p + 2 : end - 1])
                    if members is None:
                        return p, None
                    is_in = is_in or c in members
                    p, current = end, 0
            else:
                is_in = is_in or c == current
            before = current
            p += 1
        return p, is_in != is_negated


# The code of a run: the files of its work folder, as an artifact ------------------------------------------------------

_IGNORE_FILES = (".platformignore", ".rnignore")
_NEVER_CODE = _IgnoreFile(
    b"""
.git
.hg
.svn
__pycache__
*.py[cod]
*.egg-info
.eggs
.ipynb_checkpoints
.mypy_cache
.pytest_cache
.ruff_cache
.tox
.nox
.venv
venv
node_modules
.idea
.vscode
.DS_Store
.env
.netrc
/artifacts/*-v[0-9]*/
/mlruns/
/wandb/
/lightning_logs/
"""
)
_MAX_CODE_FILES = 200_000
_MAX_CODE_BYTES = 500_000_000
_MAX_IGNORE_FILE = 1 << 20
_LONGEST_COPY_AT_END = 10.0


class _Snapshots:
    """The part of ``Run`` that keeps code."""

    def snapshot(self, root: Any = ".", name: Optional[str] = None, force: bool = False) -> None:
        """Stores the files of a work folder as the next version of an artifact of type code.

        ``root`` may have an ignore file, ``.platformignore`` or else ``.rnignore``, and so may the folders below it; its grammar
        is that of ``.gitignore``. Git's own files, caches, virtual environments and the like are left out anyway, unless it
        says otherwise. ``name`` is that of the artifact, by default the project's with ``-code``. More than 500 MB or 200,000
        files are not stored, unless it is forced. The files are copied in the background; the end of the run waits for
        that, for up to 10 s.
        """
        if self._recorder is None or not self._is_open("the code"):
            return
        try:
            code = _Code(os.path.abspath(os.fsdecode(root)), self._code_name(name), force, self._recorder.spool_folder)
            thread = threading.Thread(target=self._store_code, args=(code,), name="platform-snapshot", daemon=True)
            with self._recorder.gate:
                thread.start()
                self._snapshots.append((thread, code))
        except Exception as error:
            self._refusals.add("the code", _reason(error))

    def _code_name(self, name):
        return _valid_artifact(self.project + "-code") if name is None else _text(name)

    def _store_code(self, code):
        try:
            self._store(code)
        except Exception as error:
            if not code.is_stopped:
                self._refusals.add("the code", _reason(error))

    def _wait_for_snapshots(self, timeout):
        """Waits until their files are copied.

        By the condition: a signal's handler may have interrupted this thread while it holds the lock, for which they wait.
        """
        end = time.monotonic() + timeout
        with self._recorder.gate:
            while any(thread.is_alive() for thread, _ in self._snapshots_of_this_process()) and time.monotonic() < end:
                self._recorder.gate.wait(0.02)

    def _end_snapshots(self, longest):
        """What is not copied soon is not stored."""
        self._wait_for_snapshots(_LONGEST_COPY_AT_END if longest is None else min(longest, _LONGEST_COPY_AT_END))
        for thread, code in self._snapshots_of_this_process():
            if thread.is_alive():
                code.is_stopped = True
                self._refusals.add("the code", "the run ended before its files were copied")

    def _snapshots_of_this_process(self):
        """A thread does not exist in a process that was forked."""
        return [(thread, code) for thread, code in self._snapshots if code.process == os.getpid()]


class _Code(Artifact):
    """The files of a folder, without those that are ignored."""

    _is_whole = False

    def __init__(self, root, name, is_forced, spool):
        super().__init__(name, "code")
        if not os.path.isdir(root):
            raise ValueError("%s is no folder" % _shown(root))
        self.process = os.getpid()
        self.is_stopped = False
        self._root = root
        self._real_root = os.path.join(os.path.realpath(root), "")
        self._spool = spool and os.path.realpath(spool)
        self._is_forced = is_forced

    def _files(self):
        self._found, self._left_out, self._size = [], [], 0
        folders = [("", (_NEVER_CODE,))]
        while folders:
            relative, ignore_files = folders.pop()
            folders += self._look_into(relative, ignore_files)
        return self._until_stopped(), self._left_out

    def _look_into(self, relative, ignore_files):
        """Takes the files of a folder, and returns the folders in it with the ignore files that concern them."""
        folder = os.path.join(self._root, relative)
        try:
            with os.scandir(folder) as entries:
                entries = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._left_out.append((_shown(relative or "."), _why(error)))
            return []
        own = self._ignore_file({entry.name for entry in entries}, relative)
        ignore_files += (own,) if own is not None else ()
        within = []
        for entry in entries:
            if self.is_stopped:
                raise ValueError("the run has ended")
            path = relative + "/" + entry.name if relative else entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if _is_ignored(os.fsencode(path), is_folder, ignore_files):
                continue
            if not is_folder:
                self._take(path, entry)
            elif not self._is_foreign(entry.path):
                within.append((path, ignore_files))
        return within[::-1]

    def _ignore_file(self, names, relative):
        for name in _IGNORE_FILES:
            path = os.path.join(self._root, relative, name)
            if name not in names or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                content = file.read(_MAX_IGNORE_FILE + 1)
            if len(content) > _MAX_IGNORE_FILE:
                raise ValueError("%s has more than 1 MiB" % _shown(os.path.join(relative, name)))
            base = os.fsencode(relative) + b"/" if relative else b""
            return _IgnoreFile(content, base)
        return None

    def _is_foreign(self, folder):
        """A virtual environment of any name, and what the SDK itself writes."""
        return os.path.isfile(os.path.join(folder, "pyvenv.cfg")) or os.path.realpath(folder) == self._spool

    def _take(self, path, entry):
        problem = _problem_with_name(path)
        status = None
        if problem is None:
            try:
                status = entry.stat()
                problem = self._problem_with_file(entry, status)
            except OSError as error:
                problem = "a link to nothing" if entry.is_symlink() else _why(error)
        if problem is not None:
            self._left_out.append((_shown(path), problem))
            return
        self._found.append((entry.path, path))
        self._size += status.st_size
        if self._is_forced:
            return
        if len(self._found) > _MAX_CODE_FILES or self._size > _MAX_CODE_BYTES:
            raise ValueError(
                "%s has more than %d files or %d MB that are not ignored; name what is no code in a %s, or force it"
                % (_shown(self._root), _MAX_CODE_FILES, _MAX_CODE_BYTES // 1_000_000, _IGNORE_FILES[0])
            )

    def _problem_with_file(self, entry, status):
        if entry.is_symlink() and not os.path.realpath(entry.path).startswith(self._real_root):
            return "a link that leaves the folder"
        if stat.S_ISDIR(status.st_mode):
            return "a link to a folder"
        return None if stat.S_ISREG(status.st_mode) else "no regular file"

    def _until_stopped(self):
        for file in self._found:
            if self.is_stopped:
                raise ValueError("the run has ended")
            yield file


def _is_ignored(path, is_folder, ignore_files):
    """Of the ignore files, that of the nearest folder that says anything decides."""
    for file in reversed(ignore_files):
        decision = file.decide(path, is_folder)
        if decision is not None:
            return decision
    return False


def _why(error):
    return (error.strerror or "it cannot be read").lower()


def _begin_snapshot(run, snapshot):
    """Keeps the code of a run that begins, where ``init`` was told to: True for the work folder, or a folder. Of the processes
    of a distributed job the first one does."""
    if not snapshot or run._is_joined:
        return
    if os.environ.get("PLATFORM_RANK", "0") != "0":
        return
    run.snapshot("." if snapshot is True else snapshot)


# What the training uses of its machine, as metrics with MLflow's names ------------------------------------------------

_SAMPLE_INTERVAL = 10.0
_SAMPLE_TIMEOUT = 5.0
_MB = 1e6
_GPU_QUERY = "index,utilization.gpu,memory.used,memory.total,power.draw,power.limit"


def _sample_system(run):
    """Samples in the background until the run ends.

    ``PLATFORM_SYSTEM_METRICS`` switches it off (0) or on (1). By default a job's node samples, and not the job itself.
    """
    switch = os.environ.get("PLATFORM_SYSTEM_METRICS")
    if switch == "0" or switch != "1" and os.environ.get("PLATFORM_JOB_ID"):
        return
    ended = threading.Event()

    def sample():
        system, step = _System(), 0
        while not ended.wait(_SAMPLE_INTERVAL):
            try:
                values = [("system/" + name, float(value)) for name, value in system.sample().items()]
            except Exception:
                continue
            if values and not run.is_finished:
                run._recorder.add_points_beside(values, step)
                step += 1

    threading.Thread(target=sample, name="platform-system", daemon=True).start()
    run._before_end.append(ended.set)


class _System:
    """Reads what Linux says about the machine. What it doesn't say is left out."""

    def __init__(self):
        self._cpu = self._read_cpu()
        self._network = self._read_network()
        self._gpu_command = shutil.which("nvidia-smi")

    def sample(self):
        values = {}
        for read in (self._cpu_use, self._memory, self._disk, self._network_use, self._gpus):
            try:
                values.update(read())
            except (OSError, ValueError, IndexError, KeyError, ZeroDivisionError, TypeError, subprocess.SubprocessError):
                continue
        return values

    @staticmethod
    def _read_cpu():
        try:
            with open("/proc/stat") as file:
                times = [int(part) for part in file.readline().split()[1:9]]
            return sum(times), times[3] + times[4]
        except (OSError, ValueError, IndexError):
            return None

    def _cpu_use(self):
        before, self._cpu = self._cpu, self._read_cpu()
        total, idle = self._cpu[0] - before[0], self._cpu[1] - before[1]
        return {"cpu_utilization_percentage": 100 * (total - idle) / total}

    @staticmethod
    def _memory():
        with open("/proc/meminfo") as file:
            sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in file if line.endswith("kB\n")}
        used = sizes["MemTotal"] - sizes["MemAvailable"]
        return {
            "system_memory_usage_megabytes": used / _MB,
            "system_memory_usage_percentage": 100 * used / sizes["MemTotal"],
        }

    @staticmethod
    def _disk():
        total, used, free = shutil.disk_usage(os.getcwd())
        return {
            "disk_usage_megabytes": used / _MB,
            "disk_usage_percentage": 100 * used / total,
            "disk_available_megabytes": free / _MB,
        }

    @staticmethod
    def _read_network():
        received = sent = 0
        try:
            with open("/proc/net/dev") as file:
                for line in file.readlines()[2:]:
                    name, _, counts = line.partition(":")
                    if name.strip() != "lo":
                        received += int(counts.split()[0])
                        sent += int(counts.split()[8])
        except (OSError, ValueError, IndexError):
            return None
        return received, sent

    def _network_use(self):
        """Since the training began, as MLflow counts."""
        received, sent = self._read_network()
        return {
            "network_receive_megabytes": (received - self._network[0]) / _MB,
            "network_transmit_megabytes": (sent - self._network[1]) / _MB,
        }

    def _gpus(self):
        if self._gpu_command is None:
            return {}
        done = subprocess.run(
            [self._gpu_command, "--query-gpu=" + _GPU_QUERY, "--format=csv,noheader,nounits"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SAMPLE_TIMEOUT,
        )
        return _gpu_values(done.stdout.decode("utf-8", "replace"))


def _gpu_values(output):
    """The values of each line that ``nvidia-smi`` prints; a GPU may not know some of them."""
    values = {}
    for line in output.splitlines():
        index, *parts = [part.strip() for part in line.split(",")]
        numbers = [_number_or_none(part) for part in parts]
        if not index.isdigit() or len(numbers) != 5:
            continue
        use, memory, memory_total, power, power_limit = numbers
        gpu = {
            "utilization_percentage": use,
            "memory_usage_megabytes": None if memory is None else memory * 1024 * 1024 / _MB,
            "memory_usage_percentage": 100 * memory / memory_total if memory is not None and memory_total else None,
            "power_usage_watts": power,
            "power_usage_percentage": 100 * power / power_limit if power is not None and power_limit else None,
        }
        values.update(("gpu_%s_%s" % (index, name), value) for name, value in gpu.items() if value is not None)
    return values


def _number_or_none(text):
    try:
        return float(text)
    except ValueError:
        return None


# What a script says about its metrics: which value of them is their result, and which metric is their step ------------

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


# The sizes of a PyTorch model's gradients and parameters, as metrics --------------------------------------------------

_LONGEST_NORM_NAME = 200


def _watch_model(run, model, every, gradients, parameters):
    """Adds hooks to a model's parameters. Anything with PyTorch's methods will do.

    Norms are taken as gradients arrive, each ``every``-th time, and logged when all parameters had theirs.
    """
    watched = [(name, p) for name, p in model.named_parameters() if getattr(p, "requires_grad", True)]
    state = {"passes": {}, "norms": {}}
    handles = []

    def hook_of(name, parameter):
        def hook(gradient):
            try:
                seen = state["passes"][name] = state["passes"].get(name, 0) + 1
                if (seen - 1) % every:
                    return
                norms = state["norms"]
                if "gradients/" + name in norms or "parameters/" + name in norms:
                    # Some parameters got no gradient in the pass before: what is known of it is logged.
                    _log_norms(run, norms)
                if gradients:
                    norms["gradients/" + name] = _norm(gradient)
                if parameters:
                    norms["parameters/" + name] = _norm(parameter)
                if len(norms) == len(watched) * (int(gradients) + int(parameters)):
                    _log_norms(run, norms)
            except Exception as error:
                run._refusals.add("the gradients", str(error))

        return hook

    for name, parameter in watched:
        handles.append(parameter.register_hook(hook_of(_text_name(name), parameter)))
    return handles


def _text_name(name):
    return str(name)[:_LONGEST_NORM_NAME]


def _log_norms(run, norms):
    total = math.sqrt(sum(value * value for name, value in norms.items() if name.startswith("gradients/")))
    values = dict(norms)
    if any(name.startswith("gradients/") for name in norms):
        values["gradients/norm"] = total
    norms.clear()
    run._log_beside(values)


def _norm(tensor):
    tensor = tensor.detach() if hasattr(tensor, "detach") else tensor
    value = tensor.norm()
    return float(value.item() if hasattr(value, "item") else value)


# Images as the bytes of a file: from PIL, NumPy, PyTorch, lists, files ------------------------------------------------

_MAX_IMAGE = 64 << 20
_MAX_VALUES_OF_LISTS = 4 << 20
_QUICKLY_COMPRESSED = 1 << 20
_CHANNELS = {1: 0, 2: 4, 3: 2, 4: 6}
_MODES_OF_FORMATS = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("1", "L", "LA", "I", "I;16", "P", "RGB", "RGBA"),
}
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
)


def _image_file(image, format, quality):
    """The content and the ending of an image's file. Raises an exception that says why there is none."""
    if isinstance(image, (bytes, bytearray, memoryview)):
        _require_size(memoryview(image).nbytes)
        content = bytes(image)
    elif isinstance(image, (str, os.PathLike)):
        with _open_file(image) as file:
            content = file.read(_MAX_IMAGE + 1)
    elif hasattr(image, "save") and hasattr(image, "mode"):
        content = _saved(image, format, quality)
    else:
        content = _png_of(image)
    _require_size(len(content))
    return content, _ending_of(content)


def _require_size(size):
    if size > _MAX_IMAGE:
        raise ValueError("an image has at most %d MiB" % (_MAX_IMAGE >> 20))


def _ending_of(content):
    for signature, ending in _SIGNATURES:
        if content.startswith(signature):
            return ending
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    raise ValueError("it is no PNG, JPEG, GIF, BMP or WebP")


def _saved(image, format, quality):
    """An image of PIL as a file."""
    width, height = getattr(image, "size", (1, 1))
    _require_size(width * height)
    format = (format or "png").upper()
    format = "JPEG" if format == "JPG" else format
    if image.mode not in _MODES_OF_FORMATS.get(format, (image.mode,)):
        image = image.convert("RGB")
    file = io.BytesIO()
    image.save(file, format=format, **({} if quality is None else {"quality": int(quality)}))
    return file.getvalue()


def _png_of(array):
    """An array of rows (and of channels) as a PNG: bytes from 0 to 255, or floating-point numbers from 0 to 1."""
    shape = _shape_of(array)
    is_planar = len(shape) == 3 and shape[0] in (1, 3, 4) and shape[2] not in _CHANNELS
    if is_planar:
        height, width, channels = shape[1], shape[2], shape[0]
    elif len(shape) == 3 and shape[2] in _CHANNELS:
        height, width, channels = shape
    elif len(shape) == 2:
        height, width, channels = shape[0], shape[1], 1
    else:
        raise ValueError("an image has rows, columns and 1 to 4 channels, not the shape %s" % (tuple(shape),))
    if not height or not width or height * width * channels > _MAX_IMAGE:
        raise ValueError("an image of %d x %d cannot be stored" % (width, height))
    # Not before its size is known: it may be copied from a GPU.
    array = _plain_array(array)
    if is_planar and hasattr(array, "astype"):
        array, is_planar = array.transpose(1, 2, 0), False
    pixels = _pixels_of(array)
    if is_planar:
        size = height * width
        planes = [pixels[start : start + size] for start in range(0, len(pixels), size)]
        pixels = bytes(value for values in zip(*planes) for value in values)
    return _png(pixels, width, height, channels)


def _shape_of(array):
    if hasattr(array, "shape"):
        return [int(size) for size in array.shape]
    shape = []
    while isinstance(array, (list, tuple)) and len(shape) < 4:
        shape.append(len(array))
        array = array[0] if array else None
    return shape


def _plain_array(array):
    """A tensor of PyTorch, TensorFlow or JAX as an array of NumPy, where there is NumPy."""
    for to_plain in ("detach", "cpu"):
        try:
            array = getattr(array, to_plain)()
        except Exception:
            continue
    for to_plain in (lambda: array.numpy(), lambda: array.float().numpy()):  # NumPy has no bfloat16.
        try:
            return to_plain()
        except Exception:
            continue
    numpy = sys.modules.get("numpy")
    if numpy is not None and not hasattr(array, "astype") and hasattr(array, "__array__"):
        return numpy.asarray(array)
    return array


def _pixels_of(array):
    kind = str(getattr(array, "dtype", ""))
    if kind == "uint8":
        return array.tobytes()
    if hasattr(array, "astype") and kind.startswith("float"):
        array = array.astype("float32")
        has_none = array != array
        if has_none.all():
            raise ValueError("there is no number in it")
        array[has_none] = 0  # Not a number is black.
        return (array.clip(0, 1) * 255).round().astype("uint8").tobytes()
    if hasattr(array, "astype") and kind.startswith(("int", "uint")):
        return array.clip(0, 255).astype("uint8").tobytes()
    if hasattr(array, "astype") and kind == "bool":
        return (array.astype("uint8") * 255).tobytes()
    values = []
    for value in _flat(array.tolist() if hasattr(array, "tolist") else array):
        if len(values) == _MAX_VALUES_OF_LISTS:
            raise ValueError("an image of lists has at most %d values" % _MAX_VALUES_OF_LISTS)
        values.append(value)
    if any(isinstance(value, float) for value in values):
        if all(value != value for value in values):
            raise ValueError("there is no number in it")
        return bytes(round(255 * min(max(value, 0.0), 1.0)) if value == value else 0 for value in values)
    if values and all(isinstance(value, bool) for value in values):
        return bytes(255 * value for value in values)
    return bytes(min(max(int(value), 0), 255) for value in values)


def _flat(values):
    """The values of lists within lists."""
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        else:
            yield value


def _png(pixels, width, height, channels):
    stride = width * channels
    if len(pixels) != stride * height:
        raise ValueError("its rows have different lengths")
    rows = b"".join(b"\0" + pixels[start : start + stride] for start in range(0, len(pixels), stride))
    header = struct.pack(">IIBBBBB", width, height, 8, _CHANNELS[channels], 0, 0, 0)
    # The training waits for it.
    level = 6 if len(rows) < _QUICKLY_COMPRESSED else 1
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b""))
    return _SIGNATURES[0][0] + b"".join(map(_chunk, chunks))


def _chunk(chunk):
    name, content = chunk
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


# Tables and histograms as JSON ----------------------------------------------------------------------------------------

_MAX_ROWS = 10_000
_MAX_COLUMNS = 1000
_MAX_CELLS = 500_000
_MAX_TABLE = 16 << 20
_MAX_SAMPLES = 64 << 20
_MAX_SAMPLES_OF_LISTS = 1_000_000
_MAX_BINS = 512
_MAX_PLAIN = 1e300


def _table(data, columns):
    """A table as JSON, and how many of its rows are in it where that isn't all of them.

    ``data`` is rows (lists or dictionaries), columns by name, or what has ``columns`` and ``values`` as pandas' tables have.
    """
    columns = None if columns is None else list(columns)
    if hasattr(data, "columns") and hasattr(data, "values") and not isinstance(data, dict):
        columns = list(data.columns) if columns is None else columns
        # Not all of it: the values of columns of different types are a copy.
        data = data.iloc[: _MAX_ROWS + 1].values if hasattr(data, "iloc") else data.values
    elif isinstance(data, dict):
        columns = list(data) if columns is None else columns
        data = itertools.zip_longest(*(_first_of(data[column]) for column in columns))
    rows = _first_of(data)
    if rows and isinstance(rows[0], dict):
        columns = list(dict.fromkeys(name for row in rows for name in row)) if columns is None else columns
        rows = [[row.get(name) for name in columns] for row in rows]
    rows = [_row(row) for row in rows]
    width = max(map(len, rows), default=0)
    columns = ["column %d" % (i + 1) for i in range(width)] if columns is None else columns
    if len(columns) > _MAX_COLUMNS or width > len(columns):
        raise ValueError("a row has %d values in %d columns; the most are %d" % (width, len(columns), _MAX_COLUMNS))
    count = min(_MAX_ROWS, _MAX_CELLS // max(len(columns), 1))
    lines, size = [], 0
    for row in rows[:count]:
        line = _json([_cell(value) for value in row] + [None] * (len(columns) - len(row)))
        size += len(line) + 1
        if size > _MAX_TABLE:
            break
        lines.append(line)
    if rows and not lines:
        raise ValueError("a table has at most %d MiB" % (_MAX_TABLE >> 20))
    content = b'{"columns":%s,"data":[%s]}' % (_json(list(map(_text, columns))), b",".join(lines))
    return content, len(lines) if len(lines) < len(rows) else None


def _first_of(values):
    """The rows that a table may have and one more, of whatever has rows."""
    if hasattr(values, "tolist"):  # Of NumPy, pandas or PyTorch.
        return values[: _MAX_ROWS + 1].tolist()
    return list(itertools.islice(values, _MAX_ROWS + 1))


def _row(row):
    if isinstance(row, (str, bytes)):
        raise TypeError("a row is a list or a dictionary, not a text")
    return list(itertools.islice(row, _MAX_COLUMNS + 1))


def _cell(value):
    kind = type(value)
    if value is None or kind is bool or (kind is float or kind is int) and abs(value) < _MAX_PLAIN:
        return value  # Most are.
    if isinstance(value, (str, bytes)) and len(value) > _MAX_TABLE:
        raise ValueError("a table has at most %d MiB" % (_MAX_TABLE >> 20))
    try:
        return _Values().convert(value)
    except Exception:
        return _text(value)[:1000]


def _histogram(values, bins):
    """The counts and the edges of the bins as JSON, and how many values are no numbers.

    ``values`` are numbers, or the pair of counts and edges that ``numpy.histogram`` returns.
    """
    if isinstance(values, tuple) and len(values) == 2 and hasattr(values[0], "__len__") and len(values[1]) == len(values[0]) + 1:
        counts, edges = ([float(value) for value in itertools.islice(part, _MAX_BINS + 2)] for part in values)
        left_out = 0
        if any(low > high for low, high in zip(edges, edges[1:])) or not all(map(math.isfinite, counts + edges)):
            raise ValueError("the edges of a histogram grow, and all of its numbers are finite")
    else:
        counts, edges, left_out = _counted(values, min(max(int(bins), 1), _MAX_BINS))
    if not 1 <= len(counts) <= _MAX_BINS:
        raise ValueError("a histogram has 1 to %d bins" % _MAX_BINS)
    counts = [int(count) if count == int(count) else count for count in counts]
    return _json({"counts": counts, "edges": edges}), left_out


def _counted(values, bins):
    shape = getattr(values, "shape", ())
    # Before it is copied from a GPU.
    if shape and _product(shape) > _MAX_SAMPLES:
        raise ValueError("a histogram takes at most %d values, or counts and edges" % _MAX_SAMPLES)
    values = _plain_array(values)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(values, numpy.ndarray):
        numbers = values.astype("float64", copy=False).ravel()
        numbers = numbers[numpy.isfinite(numbers)]
        left_out = values.size - len(numbers)
        low, high = _range_of(numbers.min(), numbers.max(), bins) if len(numbers) else _no_number()
        counts, edges = numpy.histogram(numbers, bins, (low, high))
        return counts.tolist(), edges.tolist(), left_out
    numbers, left_out = [], 0
    for value in _flat(values.tolist() if hasattr(values, "tolist") else values):
        number = float(value)
        if not math.isfinite(number):
            left_out += 1
        elif len(numbers) == _MAX_SAMPLES_OF_LISTS:
            raise ValueError("a histogram of lists takes at most %d values" % _MAX_SAMPLES_OF_LISTS)
        else:
            numbers.append(number)
    low, high = _range_of(min(numbers), max(numbers), bins) if numbers else _no_number()
    width = (high - low) / bins
    counts = [0] * bins
    for number in numbers:
        counts[min(int((number - low) / width), bins - 1)] += 1
    return counts, [low + width * i for i in range(bins)] + [high], left_out


def _product(shape):
    product = 1
    for size in shape:
        product *= int(size)
    return product


def _no_number():
    raise ValueError("there is no number in it")


def _range_of(low, high, bins):
    low, high = float(low), float(high)
    if low == high:
        low, high = low - 0.5, high + 0.5
    width = (high - low) / bins
    if not math.isfinite(width) or low + width <= low or high - width >= high:
        raise ValueError("its numbers are too close together or too far apart")
    return low, high


# Texts that grow, such as what a program logs -------------------------------------------------------------------------

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


# Images, tables, histograms, texts and files of a run -----------------------------------------------------------------

_MAX_CAPTION = 1000
_MAX_WORD = 80


class _Media:
    """The part of ``Run`` that records them."""

    def log_image(
        self,
        key: str,
        image: Any,
        step: Optional[int] = None,
        caption: Optional[str] = None,
        format: Optional[str] = None,
        quality: Optional[int] = None,
    ) -> None:
        """Logs an image: of PIL, an array of NumPy or PyTorch, the bytes of a file or its path.

        An array has rows, columns and 1 to 4 channels: bytes from 0 to 255 or floating-point numbers from 0 to 1. ``format`` and
        ``quality`` are how an image of PIL is stored; PNG by default. ``step`` is the last one by default.
        """
        self._log_media("image", key, step, caption, lambda: _image_file(image, format, quality))

    def log_table(
        self,
        key: str,
        data: Any,
        columns: Optional[Sequence[str]] = None,
        step: Optional[int] = None,
        caption: Optional[str] = None,
    ) -> None:
        """Logs a table: rows as lists or dictionaries, columns by name, or a table of pandas.

        Of one that is too long the first rows are stored.
        """

        def file():
            content, count = _table(data, columns)
            if count is not None:
                self._refusals.note("only the first %d rows of the table %s are stored" % (count, _text(key)))
            return content, "json"

        self._log_media("table", key, step, caption, file)

    def log_histogram(
        self, key: str, values: Any, bins: int = 64, step: Optional[int] = None, caption: Optional[str] = None
    ) -> None:
        """Logs how numbers are distributed; ``values`` may be counts and edges as ``numpy.histogram`` returns them."""

        def file():
            content, left_out = _histogram(values, bins)
            if left_out:
                self._refusals.note("the histogram %s is stored without values that are no numbers" % _text(key))
            return content, "json"

        self._log_media("histogram", key, step, caption, file)

    def log_text(self, text: Any, name: str = "log") -> None:
        """Adds lines to one of the run's texts."""
        if self._recorder is None or not self._is_open("the text"):
            return
        try:
            if isinstance(text, (str, bytes)) and len(text) > _MAX_UNWRITTEN:
                raise ValueError("it has more than %d MiB" % (_MAX_UNWRITTEN >> 20))
            log = self._texts.get(name) or self._new_text(name)
            log.add(_text(text))
            if self._recorder.is_forked:
                # It may end at any time: the first lines are stored before this returns, later ones by its threads.
                self._write_text(name, log, at_once=False)
                self._recorder.folder_for_files()
        except Exception as error:
            self._refusals.add("the text " + _text(name), _reason(error))

    def log_file(self, path: Any, name: Optional[str] = None) -> None:
        """Stores a file, or what is in a folder, as files of the run: below ``name``, or its own name.

        It is copied before this returns. A file takes the place of one that was stored under its name.
        """
        if self._recorder is None or not self._is_open("the file"):
            return
        try:
            path = os.fsdecode(path)
            if not path:
                raise ValueError("no file is named")
            path = os.path.abspath(path)
            name = os.path.basename(path) if name is None else _inner_path(name)
            if os.path.isdir(path):
                files, left_out = _files_of(path)
                files = [(file, name + "/" + relative) for file, relative in files]
                for relative, reason in left_out:
                    self._refusals.add(relative, reason)
            else:
                files = [(path, name)]
        except Exception as error:
            self._refusals.add("the file", _reason(error))
            return
        for file, file_name in files:
            try:
                if _problem_with_name(file_name):
                    raise ValueError(_problem_with_name(file_name))
                with _open_file(file) as content:
                    self._recorder.add(self._file_record(file_name, content), 1)
            except Exception as error:
                self._refusals.add(_shown(file_name), _reason(error))

    def _new_text(self, name):
        _require_name(name)
        with self._recorder.gate:
            return self._texts.setdefault(name, _TextLog())

    def _write_texts(self, at_once=True):
        for name, log in list(self._texts.items()):
            self._write_text(name, log, at_once)

    def _write_text(self, name, log, at_once):
        part = log.take(at_once)
        if part is None:
            return
        number, at, content = part
        try:
            word = _word(name)
            if word != name:
                word += "-" + hashlib.sha256(name.encode()).hexdigest()[:8]  # Another name may be the same word.
            path = "logs/%s/%s-%06d.txt" % (word, self._process, number)
            self._store_media({"key": name, "step": number, "at": at, "kind": "text", "path": path}, content)
        except Exception as error:
            self._refusals.add("the text " + name, _reason(error))

    def _log_media(self, kind, key, step, caption, file):
        if self._recorder is None or not self._is_open(_text(key)):
            return
        try:
            _require_name(key)
            step = self._recorder.last_step if step is None else _step(step)
            content, ending = file()
            # By its number in the step: several are shown in the order in which they were logged, equal ones too.
            path = "media/%s-%d-%04d-%s.%s" % (
                _word(key),
                step,
                self._count_media(key, step),
                hashlib.sha256(content).hexdigest()[:12],
                ending,
            )
            item = {"key": key, "step": step, "at": _now(), "kind": kind, "path": path}
            if caption is not None:
                item["caption"] = _text(caption)[:_MAX_CAPTION]
            self._store_media(item, content)
        except Exception as error:
            self._refusals.add(key, _reason(error))

    def _count_media(self, key, step):
        with self._recorder.gate:
            last_step, count = self._media_counts.get(key, (step, 0))
            count = count + 1 if step == last_step else 1
            self._media_counts[key] = (step, count)
        return count

    def _store_media(self, item, content):
        self._recorder.reserve_media(len(content))
        file = self._file_record(item["path"], io.BytesIO(content), is_media=True)
        # Together: a process that was forked may end in between.
        self._recorder.add(file + _line({"kind": "media", "items": [item]}), 1)

    def _file_record(self, path, content, is_media=False):
        """Copies a file and returns the record that stores it."""
        folder = os.path.join(self._recorder.folder_for_files(), str(uuid.uuid4()))
        os.makedirs(folder)
        try:
            digest = hashlib.sha256()
            incoming = os.path.join(folder, "incoming")
            with open(incoming, "wb") as target:
                for block in iter(lambda: content.read(1 << 20), b""):
                    digest.update(block)
                    target.write(block)
            sha256 = digest.hexdigest()
            size = os.path.getsize(incoming)
            os.replace(incoming, os.path.join(folder, sha256))
        except Exception:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        record = {"kind": "file", "path": path, "folder": folder, "sha256": sha256, "size": size}
        if is_media:
            record["isMedia"] = True
        return _line(record)


def _require_name(name):
    if not _is_name(name, _MAX_NAME):
        raise ValueError("a name has 1 to %d characters, none of them a control character" % _MAX_NAME)
    if all(character.isspace() or unicodedata.category(character) == "Cf" for character in name):
        raise ValueError("nothing of the name can be seen")


def _word(name):
    """A name as a part of a path."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:_MAX_WORD] or "unnamed"


# The SDK's requests to the platform -----------------------------------------------------------------------------------

_REQUEST_TIMEOUT = 10.0
_CONNECT_TIMEOUT = 3.0
_REPEATED_SIZE = 4 << 20
_EARLY_REFUSALS = (404, 409, 413)

# A host's name that cannot be encoded is a ValueError.
_NETWORK_ERRORS = (OSError, http.client.HTTPException, ValueError)

# Connecting imports this. A process that is forked while another thread imports would never have it.
codecs.lookup("idna")


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
        self._aborted = False

    def send(self, method, path, body, headers=None):
        status, answer = self._exchange(method, path, body, dict(headers or {}, **{"Content-Type": "application/json"}))
        self._require(status, answer)

    def get(self, path):
        """What the platform says of something; None when it does not know it."""
        status, answer = self._exchange("GET", path, None, {})
        if status == 404 and _is_json(answer):
            return None
        self._require(status, answer)
        return json.loads(answer)

    def heartbeat(self, path):
        """Says that the run goes on. An old platform does not know this."""
        try:
            self._exchange_once("POST", path, b"{}", {"Content-Type": "application/json"})
        except _NETWORK_ERRORS:
            self.close()

    def put_file(self, path, file, sha256, on_progress):
        """Sends a file as the body."""
        headers = {"Content-Type": "application/octet-stream", "X-Content-Sha256": sha256}
        with open(file, "rb") as content:
            size = os.fstat(content.fileno()).st_size
            # As bytes it is sent again where the connection was closed meanwhile.
            body = content.read() if size <= _REPEATED_SIZE else _ProgressFile(content, on_progress)
            status, answer = self._exchange("PUT", path, body, dict(headers, **{"Content-Length": str(size)}))
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
        """Ends a request that another thread waits for; it is not repeated."""
        self._aborted = True
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
        except _NETWORK_ERRORS as error:
            self.close()
            # The server may have closed an idle connection, which does not mean that it is unavailable.
            if self._aborted or not reused or not isinstance(body, (bytes, type(None))):
                raise _Unavailable(str(error) or type(error).__name__)
        try:
            return self._exchange_once(method, path, body, headers)
        except _NETWORK_ERRORS as error:
            self.close()
            raise _Unavailable(str(error) or type(error).__name__)

    def _exchange_once(self, method, path, body, headers):
        if self._connection is None:
            connection = self._new()
            connection.connect()
            connection.sock.settimeout(_REQUEST_TIMEOUT)
            self._connection = connection
        try:
            self._connection.request(method, self._base + path, body, dict(self._headers, **headers))
        except (BrokenPipeError, ConnectionResetError):
            refusal = self._early_refusal() if isinstance(body, _ProgressFile) else None
            if refusal is None:
                raise
            return refusal
        response = self._connection.getresponse()
        answer = response.read()
        if response.will_close:
            self.close()
        return response.status, answer

    def _early_refusal(self):
        """The answer to a file that is refused before all of it was received; None when there is none.

        Other answers to what was sent in part say nothing: a server that is stopped may give any.
        """
        try:
            response = self._connection.getresponse()
            answer = response.read()
        except _NETWORK_ERRORS:
            return None
        finally:
            self.close()
        return (response.status, answer) if response.status in _EARLY_REFUSALS else None

    @staticmethod
    def _require(status, answer):
        if 200 <= status < 300 or status >= 400:
            # What else answers at the address, such as the page of a proxy, neither stored nor refused anything.
            if not _is_json(answer) and (answer or status != 204):
                raise _Unavailable("its answer, %d, is not the platform's" % status)
        if 200 <= status < 300:
            return
        # A token that is refused now may be accepted once the platform has loaded its keys; a bad request never is.
        if status < 400 or status >= 500 or status in (401, 403, 408, 429):
            raise _Unavailable("it returned %d" % status)
        raise _Refused(status, answer.decode("utf-8", "replace"))


def _is_json(answer):
    try:
        return isinstance(json.loads(answer), (dict, list))
    except ValueError:
        return False


class _ProgressFile:
    """A file that reports when it is read: an upload has no fixed time limit."""

    def __init__(self, file, read):
        self._file = file
        self._read = read

    def read(self, size=-1):
        self._read()
        return self._file.read(size)


# What is in a record: its entries, by which it can be divided when the platform refuses it ----------------------------

_DIVISIBLE = ("parameters", "tags", "summary")
_LISTS = {"points": "points", "media": "items"}
_FIELD_NAMES = {"primaryMetric": "the primary metric", "environment": "the environment"}


def _entries(record):
    """What users think of as logged, of a record that can be divided: its points or media, or what an update sets."""
    if record["kind"] in _LISTS:
        return record[_LISTS[record["kind"]]]
    if record["kind"] == "update":
        return [
            (field, key, value)
            for field, values in record["body"].items()
            if field in _DIVISIBLE
            for key, value in values.items()
        ]
    return []


def _with_entries(record, entries):
    """The same record with some of its entries."""
    if record["kind"] in _LISTS:
        return dict(record, **{_LISTS[record["kind"]]: entries})
    body = {"attempt": record["body"]["attempt"]} if "attempt" in record["body"] else {}
    for field, key, value in entries:
        body.setdefault(field, {})[key] = value
    return dict(record, body=body)


def _size_of(record):
    if record["kind"] == "artifact" or "primaryMetric" in record.get("body", ()):
        return 1
    if record["kind"] == "file":
        return 0 if record.get("isMedia") else 1
    return len(_entries(record))


def _name_of(record):
    """What is said about a record that has one entry, or can't be divided."""
    kind, entries = record["kind"], _entries(record)
    if len(entries) == 1:
        return entries[0]["key"] if kind in _LISTS else entries[0][1]
    if kind in ("artifact", "file"):
        return record["name" if kind == "artifact" else "path"]
    if kind == "update":
        return next((_FIELD_NAMES[field] for field in _FIELD_NAMES if field in record["body"]), "an update")
    return {"finish": "the end of the run", "run": "the run"}.get(kind, "a record")


def _halves(record):
    """The record as two; nothing when it has only one entry."""
    entries = _entries(record)
    middle = len(entries) // 2
    return [_with_entries(record, some) for some in (entries[:middle], entries[middle:])] if middle else []


# A process's records on disk, from which they are sent ----------------------------------------------------------------

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


# Sends spools to the platform, in the background ----------------------------------------------------------------------

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


# Takes what a run logs: from memory to the spool, and from there to the platform --------------------------------------

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


# What is set on a run: its parameters, tags and results ---------------------------------------------------------------

class _Updates:
    """The part of ``Run`` that records them."""

    def _update(self, field, values):
        if self._recorder is None or values is None or not self._is_open("what was set"):
            return
        try:
            mapping = _mapping(values)
            values = dict(values) if mapping is None else dict(mapping)
            if field == "parameters":
                values = _flattened(values)
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
            length = len(_json([key, json_value]))
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

    def _add_update(self, field, values, size=None):
        body = {field: values}
        if self._attempt:
            # Sent late, it overwrites nothing that the job's next attempt has set.
            body["attempt"] = self._attempt
        self._recorder.add(_line({"kind": "update", "body": body}), len(values) if size is None else size)


# A tracked training ---------------------------------------------------------------------------------------------------

_ENDS = {"finished": "finished", "failed": "failed", "interrupted": "interrupted", "killed": "interrupted"}
_MAX_REASON = 200
_MODES = {"min": "min", "minimize": "min", "max": "max", "maximize": "max"}


class Run(_Updates, _Media, _Snapshots):
    """A tracked training; created by ``init``. Methods are thread-safe and may be called in forked processes."""

    def __init__(
        self,
        server,
        token,
        run_id,
        project,
        name=None,
        job_id=None,
        attempt=None,
        spool_folder=None,
        finish_timeout=5.0,
        parent_id=None,
        is_joined=False,
        ends_with_job=False,
        is_continued=False,
    ):
        self.id = run_id
        self.project = project
        self.name = name
        self.parent_id = parent_id
        self._server = server
        self._token = token
        self._job_id = job_id
        self._attempt = attempt
        self._finish_timeout = _seconds(finish_timeout, 5.0)
        self._is_joined = is_joined
        self._ends_with_job = ends_with_job
        self._refusals = _Refusals()
        self._definitions = _Definitions()
        self._announcement = None
        self._before_end = []
        self._snapshots = []
        self._texts = {}
        self._media_counts = {}
        self._finished = False
        self._began = time.time_ns() // 1000
        self._recorder = None
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
        if parent_id:
            body["parentId"] = parent_id
        if not is_joined:
            # A process that joins a run says nothing about its start: said later than the end, it would start the run again.
            body["startedAt"] = _now()
        record = {"kind": "run", "body": body}
        self._recorder = _Recorder(
            server, token, run_id, record, spool_folder, self._refusals, self._write_texts, is_continued
        )

    @property
    def is_enabled(self) -> bool:
        """False when there is no platform to track on: every call then does nothing."""
        return self._recorder is not None

    @property
    def is_forked(self) -> bool:
        """True in a process that was forked from the one that began or joined the run."""
        return self._recorder is not None and self._recorder.is_forked

    @property
    def is_finished(self) -> bool:
        """True after ``finish``."""
        return self._finished

    def log(self, metrics: Any, step: Any = None, stage: Optional[str] = None, at: Any = None) -> None:
        """Logs values of one step: ``run.log({"loss": 0.5})``.

        ``step`` is one more than the last by default, also of a run that ``init(run_id=…)`` goes on with; ``stage`` names a
        part of the training; ``at`` is when it was measured, in seconds since 1970 or as a ``datetime``, now by default. Logging the same key, step and time again changes
        nothing, so a resumed training may repeat what it may already have logged. A value that is no number is left out
        alone.
        """
        if self._recorder is None or not self._is_open("the metrics"):
            return
        try:
            metrics = dict(metrics)
        except Exception as error:
            self._refusals.add("the metrics", _reason(error))
            return
        values = []
        for key, value in metrics.items():
            try:
                if not isinstance(key, str):
                    raise TypeError("a metric's name is a text, not %s" % type(key).__name__)
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
        if not values:
            return
        if self._definitions:
            self._log_defined(values, step, stage, microseconds)
        else:
            self._recorder.add_points(values, step, stage, microseconds)

    def _log_defined(self, values, step, stage, microseconds):
        with self._recorder.gate:
            by_step = self._definitions.observe(values)
            results = {} if self._recorder.is_forked else self._definitions.take_changes(at_once=False)
        for own_step, some in by_step.items():
            if own_step is None or step is not None:
                self._recorder.add_points(some, step, stage, microseconds)
            else:
                self._recorder.add_points_beside(some, own_step, stage, microseconds)
        if results:
            self._add_update("summary", results)

    def define_metric(self, name: str, summary: Optional[str] = None, step_metric: Optional[str] = None) -> None:
        """Says what a metric means; ``name`` may be a pattern such as ``val/*``.

        ``summary`` is which of its values is the run's result: min, max or last. ``step_metric`` is the metric that counts
        its steps, such as an epoch, as far as that is a whole number.
        """
        if self._recorder is None:
            return
        try:
            with self._recorder.gate:
                self._definitions.define(name, summary, step_metric)
        except Exception as error:
            self._refusals.add(name, _reason(error))

    def set_primary_metric(self, name: str, mode: str = "min") -> None:
        """Says by which metric runs are compared, and whether the least (min) or the greatest (max) value is best."""
        if self._recorder is None or not self._is_open("the primary metric"):
            return
        try:
            if not _is_name(name, _MAX_NAME):
                raise ValueError("a metric's name has 1 to %d characters, none of them a control character" % _MAX_NAME)
            if _MODES.get(mode) is None:
                raise ValueError("a mode is min or max, not %s" % _brief(mode))
            self._add_update("primaryMetric", {"name": name, "mode": _MODES[mode]}, size=1)
        except Exception as error:
            self._refusals.add("the primary metric", _reason(error))

    def summary(self, values: Mapping[str, Any]) -> None:
        """Sets results of the training, such as its final accuracy."""
        self._update("summary", values)

    def parameters(self, values: Any) -> None:
        """Sets parameters of the training, such as its learning rate.

        ``values`` is a dictionary, an ``argparse.Namespace`` or a dataclass. Dictionaries within it get names with dots.
        """
        self._update("parameters", values)

    def tags(self, values: Mapping[str, Any]) -> None:
        """Sets labels of the run."""
        self._update("tags", values)

    def artifact(self, path: Any, name: str, type: str = "custom") -> None:
        """Stores a file or a folder as the next version of an artifact.

        It is copied to the spool before this returns, so the original may change afterwards; the upload runs in the
        background. ``type``: model, dataset, code, config, checkpoint or custom.
        """
        if self._recorder is None or not self._is_open("the artifact"):
            return
        try:
            self._store(_artifact_of(path, name, type))
        except Exception as error:
            self._refusals.add("the artifact " + _text(name), _reason(error))

    def log_artifact(
        self, artifact: Union[Artifact, str, os.PathLike], name: Optional[str] = None, type: str = "custom"
    ) -> None:
        """Stores an ``Artifact``, or a file or folder by its path, as ``artifact`` does."""
        if not isinstance(artifact, Artifact):
            self.artifact(artifact, _default_name(artifact) if name is None else name, type)
        elif self._recorder is not None and self._is_open("the artifact"):
            try:
                self._store(artifact)
            except Exception as error:
                self._refusals.add("the artifact " + _text(artifact.name), _reason(error))

    def use_artifact(self, name: str, folder: Optional[str] = None) -> str:
        """Downloads an artifact: ``name``, ``name:alias``, ``name:v3`` or ``name:3``. Returns the folder with its files.

        Files are verified by their SHA-256; those in the folder that are right already are not fetched again. Raises
        ``ArtifactError`` when there is no such version or no platform.
        """
        if self._server is None:
            raise ArtifactError("%s: tracking is disabled" % _brief(name))
        return _fetch_artifact(self._server, self._token, name, folder, "artifacts")

    def _store(self, artifact):
        body = {"project": self.project}
        if self._job_id:
            body["jobId"] = self._job_id
        if self._attempt:
            body["attempt"] = self._attempt
        try:
            body["runId"] = str(uuid.UUID(self.id))
        except ValueError:
            pass  # A run's id may be any name; versions refer to runs by UUID.
        folder = self._recorder.folder_for_files()
        self._recorder.add(_artifact_record(artifact, folder, self._refusals, body), 1)

    def watch(self, model: Any, every: int = 100, gradients: bool = True, parameters: bool = False) -> None:
        """Logs the norms of a PyTorch model's gradients, and of its parameters, in each ``every``-th backward pass."""
        if self._recorder is None or not self._is_open("the gradients"):
            return
        try:
            _watch_model(self, model, max(1, int(every)), gradients, parameters)
        except Exception as error:
            self._refusals.add("the gradients", _reason(error))

    @property
    def _process(self):
        """Names this process among those of the run."""
        return "%d-%d" % (self._began, os.getpid())

    def _log_beside(self, values):
        """Logs values at the step that comes next, without counting it."""
        if not self._finished:
            checked = [(key, _metric(value)) for key, value in values.items() if _is_name(key, _MAX_NAME)]
            self._recorder.add_points_beside(checked)

    def flush(self, timeout: float = 30.0) -> Report:
        """Waits until everything logged so far is stored on the platform, or the timeout has elapsed.

        Returns a ``Report``, which is true when nothing is waiting any more.
        """
        if self._recorder is not None and not self._finished:
            end = time.monotonic() + _seconds(timeout, 30.0)
            self._wait_for_snapshots(end - time.monotonic())
            self._send_results()
            self._write_texts()
            self._recorder.flush(max(0.0, end - time.monotonic()))
        return self._report()

    def finish(self, status: Any = "finished") -> Report:
        """Ends the run as finished, failed or interrupted. Another word counts as failed, and is kept.

        Waits while records are being sent and gives up when none could be for a few seconds; unsent records stay in the
        spool: in a job its agent sends them once the platform is available again, otherwise the run's next process or ``flush``.
        In a process that joined the run, or was forked from its process, it only ends this process's part.
        Returns a ``Report``.
        """
        return self._end(status, sends_end=True)

    def _end(self, status, sends_end, longest=None):
        recorder = self._recorder
        if recorder is None or self._finished:
            self._finished = True
            return self._report()
        self._end_snapshots(longest)
        for action in self._before_end:
            action()
        with recorder.gate:
            if self._finished:
                return self._report()
            self._send_results()
            self._write_texts()
            losses = self._refusals.losses(0)
            if losses is not None:
                # What the platform refuses meanwhile is added as it is sent.
                recorder.add(_line({"kind": "update", "body": {"losses": losses}}), 0)
            # Otherwise the run goes on in the process that it was forked from, or that it joined.
            if sends_end and not recorder.is_forked and not self._is_joined:
                recorder.add(_line({"kind": "finish", "body": self._end_of_run(status)}), 0)
            self._finished = True
        if recorder.is_forked:
            recorder.close_worker()
        else:
            recorder.close(self._finish_timeout, longest)
            _withdraw(self.id, self._announcement)
        return self._report()

    def _end_with_process(self, status, is_signal):
        """Ends what a script leaves open. A job's own run ends as the job does."""
        if self._recorder is None or self._finished and not is_signal or not self._recorder.is_of_this_process:
            return
        if is_signal and (self._finished or self.is_forked):
            # The signal may have interrupted its end.
            self._write_texts()
            self._recorder.hasten(self._finish_timeout)
            return
        longest = self._finish_timeout if is_signal else None
        self._end(status, sends_end=not self._ends_with_job, longest=longest)

    def _end_of_run(self, status):
        word = _text(_status_of_code(status) if isinstance(status, int) else status)
        body = {"status": _ENDS.get(word.lower(), "failed")}
        if self._attempt:
            # Sent late, after the job's next attempt began, it must change nothing.
            body["attempt"] = self._attempt
        body["endedAt"] = _now()
        if word.lower() not in ("finished", "failed", "interrupted"):
            body["reason"] = (_valid_name(word) or "")[:_MAX_REASON] or "unknown"
        return body

    def _send_results(self):
        if self._recorder.is_forked:
            return  # It knows only its own values.
        with self._recorder.gate:
            results = self._definitions.take_changes(at_once=True)
        if results:
            self._add_update("summary", results)

    def _report(self):
        return self._recorder.report() if self._recorder is not None else Report(0, self._refusals.count, 0)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.finish("finished" if kind is None else _status_of_exception(kind, error))

    def _is_open(self, what):
        if self._finished:
            self._refusals.add(what, "the run has ended")
        return not self._finished


def _default_name(path):
    return os.path.basename(os.path.normpath(_text(path)))


# The run that a script tracks: ``init`` and the functions that act on it ----------------------------------------------

_runs: List[Run] = []
_begun = set()


def init(
    project: Optional[str] = None,
    name: Optional[str] = None,
    parameters: Any = None,
    tags: Optional[Mapping[str, Any]] = None,
    run_id: Optional[str] = None,
    url: Optional[str] = None,
    token: Optional[str] = None,
    spool_dir: Optional[str] = None,
    finish_timeout: float = 5.0,
    parent: Union[Run, str, None] = None,
    nested: bool = False,
    capture_console: bool = False,
    tqdm_mode: str = "last",
    snapshot: Union[bool, str, os.PathLike] = False,
) -> Run:
    """Starts tracking and returns the run, which is also what this module's functions act on.

    Options that are not given come from the environment. Unsent records of an earlier process of the same run are sent first.

    Called again, it ends the run before. With ``nested`` the run before stays open and becomes the parent; ``parent`` names
    another one. In a job the first run is the job's, and another ``init`` with a ``name`` begins a run below it. In a process
    that a process of the run has started, ``init`` joins the run: the run ends with the process that began it.

    ``capture_console`` adds what the script prints to the run's text ``console``. ``tqdm_mode`` says what is kept of progress
    bars: how they ended (last), also how they stood once a second (second), or nothing (off).

    ``snapshot`` keeps the run's code: True that of the work folder, or a folder by its path. See ``Run.snapshot``.
    """
    plan = _Plan(name, run_id, parent, nested, _folder(spool_dir))
    run = plan.inherited
    if run is None:
        plan.end_runs_before()
        run = _begin(plan, project, name, url, token, _folder(spool_dir), finish_timeout)
        if capture_console and run.is_enabled:
            _capture_console(run, tqdm_mode)
        _begin_snapshot(run, snapshot)
    run.parameters(parameters)
    run.tags(tags)
    return run


class _Plan:
    """Which run an ``init`` begins or joins."""

    def __init__(self, name, run_id, parent, nested, spool_dir):
        environment = os.environ
        attempt = environment.get("PLATFORM_ATTEMPT", "")
        self.attempt = self.process_attempt = int(attempt) if attempt.isascii() and attempt.isdigit() else None
        self.owner = _announced(self.attempt) or {}
        if self.owner.get("process") == os.getpid():
            self.owner = {}
        self.inherited = self.parent_id = None
        self.project = environment.get("PLATFORM_PROJECT") or self.owner.get("project") or "default"
        self.spool_dir = spool_dir or environment.get("PLATFORM_SPOOL_DIR") or self.owner.get("spool") or _spool_folder()
        job_run = environment.get("PLATFORM_RUN_ID")
        is_in_job = bool(job_run and environment.get("PLATFORM_JOB_ID"))
        is_other = name is not None and _valid_name(name) != self.owner.get("name")
        forked = next((run for run in reversed(_runs) if run.is_forked and not run.is_finished), None)
        found = None
        if parent is None and nested:
            parent = next((run for run in reversed(_runs) if not run.is_finished), None)
        self._keeps_others = parent is not None
        if parent is not None:
            self.parent_id = parent.id if isinstance(parent, Run) else _valid_parent(parent)
            self.project = parent.project if isinstance(parent, Run) else self.project
        elif forked is not None and not is_other and run_id in (None, forked.id):
            self.inherited = forked
        elif run_id is not None:
            pass
        elif job_run and self._is_below(job_run, name, is_other, is_in_job):
            self.parent_id = job_run
        elif self.owner and not is_other and (is_in_job or _is_worker()):
            found = self.owner["run"]
        elif job_run:
            found = job_run
        self.run_id = _text(run_id) if run_id is not None else found or str(uuid.uuid4())
        self.is_job_run = is_in_job and self.run_id == job_run
        # The process that began the job's run may track one below it now.
        belongs = self.run_id == self.owner.get("run") or self.is_job_run
        self.is_joined = bool(self.owner) and belongs
        self.is_continued = run_id is not None and not belongs
        if self.run_id != job_run:
            self.attempt = None  # Only the job's own run has attempts.

    def _is_below(self, job_run, name, is_other, is_in_job):
        """Whether it is another run than the job's, below it. The first process to begin one has the job's."""
        if job_run in _begun:
            return name is not None
        if self.owner:
            return is_other
        name = None if name is None else _valid_name(name)
        if not (name and is_in_job and _is_run_id(job_run)) or os.environ.get("PLATFORM_DISABLED") == "1":
            return False
        return name != _first_name(self.spool_dir, job_run, self.attempt, name)

    def end_runs_before(self):
        """Ends the runs before, except those that this one is below and those of the process it was forked from."""
        for run in reversed(_runs):
            is_above = run.id == self.parent_id or self._keeps_others
            if not (is_above or run.is_forked or run.is_finished):
                run._end_with_process("finished", False)
        _runs[:] = [run for run in _runs if not run.is_finished or run is _runs[-1]]


def _begin(plan, project, name, url, token, spool_dir, finish_timeout):
    environment, owner = os.environ, plan.owner
    server = _text(url) if url is not None else environment.get("PLATFORM_URL") or owner.get("url")
    if environment.get("PLATFORM_DISABLED") == "1":
        server = None
    elif not server:
        _notify_user("nothing is tracked: set PLATFORM_URL to the platform's address, or PLATFORM_DISABLED=1")
    if server and not _is_address(server):
        _notify_user("PLATFORM_URL %s is not a valid address; nothing is tracked" % _brief(server))
        server = None
    if not _is_run_id(plan.run_id):
        _notify_user("%r is not a valid run id; nothing is tracked" % plan.run_id)
        server = None
    run = Run(
        server,
        _valid_token(_text(token) if token is not None else environment.get("PLATFORM_TOKEN") or owner.get("token")),
        plan.run_id,
        project if project is not None else plan.project,
        name,
        environment.get("PLATFORM_JOB_ID"),
        plan.attempt,
        plan.spool_dir,
        finish_timeout,
        parent_id=plan.parent_id,
        is_joined=plan.is_joined,
        ends_with_job=plan.is_job_run,
        is_continued=plan.is_continued,
    )
    _runs.append(run)
    _begun.add(run.id)
    if run.is_enabled:
        _watch_process(_end_with_process)
    if run.is_enabled and not plan.is_joined:
        run._announcement = _announce(
            run=run.id,
            name=None if name is None else _valid_name(name),
            project=run.project,
            attempt=plan.process_attempt,
            url=server if url is not None else None,
            token=_text(token) if token is not None else None,
            spool=spool_dir and os.path.abspath(spool_dir),
        )
        _record_environment(run)
        _sample_system(run)
    return run


def _end_with_process(status, is_signal):
    for run in reversed(_runs):
        run._end_with_process(status, is_signal)


def _folder(path):
    """A folder's path as text; None for what is none."""
    try:
        return os.fsdecode(path) if path and "\0" not in os.fsdecode(path) else None
    except (TypeError, ValueError):
        return None


def _valid_parent(parent):
    if _is_run_id(_text(parent)):
        return _text(parent)
    _notify_user("%s is not a valid run id; the run has no parent" % _brief(parent))
    return None


def _is_address(text):
    try:
        parts = urllib.parse.urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _valid_token(token):
    """The token without what surrounds it, such as the line end of the file that it was read from; None for what is no token."""
    token = (token or "").strip()
    if all("!" <= c <= "~" for c in token):
        return token or None
    _notify_user("PLATFORM_TOKEN is no token; nothing can be sent until it is right, and is kept in the spool")
    return None


def _is_run_id(text):
    return (
        bool(text)
        and text.isascii()
        and text[0].isalnum()
        and len(text) <= 64
        and all(c.isalnum() or c in "._-" for c in text)
    )


def _spool_folder():
    configured = os.environ.get("PLATFORM_SPOOL_DIR")
    if configured:
        return configured
    state = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(state, "platform", "spool")


def _open_run():
    return next((run for run in reversed(_runs) if not run.is_finished), None)


def _run():
    return _open_run() or (_runs[-1] if _runs else init())


def enabled() -> bool:
    """Whether there is a platform to track on: of the current run, or of the one that ``init`` would begin."""
    if _runs:
        return _run().is_enabled
    return bool(os.environ.get("PLATFORM_URL")) and os.environ.get("PLATFORM_DISABLED") != "1"


def log(metrics: Any, step: Any = None, stage: Optional[str] = None, at: Any = None) -> None:
    """See ``Run.log``."""
    _run().log(metrics, step, stage, at)


def summary(values: Mapping[str, Any]) -> None:
    """See ``Run.summary``."""
    _run().summary(values)


def parameters(values: Any) -> None:
    """See ``Run.parameters``."""
    _run().parameters(values)


def tags(values: Mapping[str, Any]) -> None:
    """See ``Run.tags``."""
    _run().tags(values)


def define_metric(name: str, summary: Optional[str] = None, step_metric: Optional[str] = None) -> None:
    """See ``Run.define_metric``."""
    _run().define_metric(name, summary, step_metric)


def set_primary_metric(name: str, mode: str = "min") -> None:
    """See ``Run.set_primary_metric``."""
    _run().set_primary_metric(name, mode)


def artifact(path: Any, name: str, type: str = "custom") -> None:
    """See ``Run.artifact``."""
    _run().artifact(path, name, type)


def log_artifact(artifact: Union[Artifact, str, os.PathLike], name: Optional[str] = None, type: str = "custom") -> None:
    """See ``Run.log_artifact``."""
    _run().log_artifact(artifact, name, type)


def use_artifact(name: str, folder: Optional[str] = None) -> str:
    """See ``Run.use_artifact``."""
    return _run().use_artifact(name, folder)


def snapshot(root: Any = ".", name: Optional[str] = None, force: bool = False) -> None:
    """See ``Run.snapshot``."""
    _run().snapshot(root, name, force)


def log_image(
    key: str,
    image: Any,
    step: Optional[int] = None,
    caption: Optional[str] = None,
    format: Optional[str] = None,
    quality: Optional[int] = None,
) -> None:
    """See ``Run.log_image``."""
    _run().log_image(key, image, step, caption, format, quality)


def log_table(
    key: str,
    data: Any,
    columns: Optional[Sequence[str]] = None,
    step: Optional[int] = None,
    caption: Optional[str] = None,
) -> None:
    """See ``Run.log_table``."""
    _run().log_table(key, data, columns, step, caption)


def log_histogram(
    key: str, values: Any, bins: int = 64, step: Optional[int] = None, caption: Optional[str] = None
) -> None:
    """See ``Run.log_histogram``."""
    _run().log_histogram(key, values, bins, step, caption)


def log_text(text: Any, name: str = "log") -> None:
    """See ``Run.log_text``."""
    _run().log_text(text, name)


def log_file(path: Any, name: Optional[str] = None) -> None:
    """See ``Run.log_file``."""
    _run().log_file(path, name)


def watch(model: Any, every: int = 100, gradients: bool = True, parameters: bool = False) -> None:
    """See ``Run.watch``."""
    _run().watch(model, every, gradients, parameters)


def flush(timeout: float = 30.0) -> Report:
    """See ``Run.flush``."""
    return _run().flush(timeout)


def finish(status: Any = "finished") -> Report:
    """See ``Run.finish``."""
    return _run().finish(status)


# Python's logging on a run --------------------------------------------------------------------------------------------

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


# The commands of ``python3 platform_sdk.py`` --------------------------------------------------------------------------

def _flush_unsent():
    """Sends the unsent records of all processes that have ended."""
    server, folder = os.environ.get("PLATFORM_URL"), _spool_folder()
    if not server or not _is_address(server):
        _notify_user("set PLATFORM_URL to the platform's address")
        return 2
    token = _valid_token(os.environ.get("PLATFORM_TOKEN"))
    names = os.listdir(folder) if os.path.isdir(folder) else []
    complete = True
    for run_id in sorted({name[: -len(".jsonl")].rpartition(".")[0] for name in names if name.endswith(".jsonl")}):
        spools = _Spool.take_over(folder, run_id)
        if not spools:
            _notify_user("%s is in use by its process, which sends it itself" % run_id)
            continue
        for spool in spools:
            spool.end_run()
        record = {"kind": "run", "body": {"project": os.environ.get("PLATFORM_PROJECT") or "default"}}
        sender = _Sender(server, token, run_id, record, None, spools)
        sender.start()
        complete = sender.finish(5.0) and complete
    return 0 if complete else 1


def _main(arguments):
    if arguments != ["flush"]:
        print("usage: platform_sdk.py flush    sends the unsent records in the spool to PLATFORM_URL", file=sys.stderr)
        return 2
    return _flush_unsent()


def _run_command():
    sys.exit(_main(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
