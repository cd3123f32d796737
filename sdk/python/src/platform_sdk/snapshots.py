"""The code of a run: the files of its work folder, as an artifact."""

from __future__ import annotations

import os
import stat
import threading
import time
from typing import Any, Optional

from .artifacts import Artifact
from .ignoring import _IgnoreFile
from .values import _problem_with_name, _reason, _shown, _text, _valid_artifact

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
