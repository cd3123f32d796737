"""Images, tables, histograms, texts and files of a run."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import unicodedata
import uuid
from typing import Any, Optional, Sequence

from .artifacts import _inner_path
from .copies import _files_of, _open_file
from .images import _image_file
from .tables import _histogram, _table
from .text_log import _MAX_UNWRITTEN, _TextLog
from .values import _MAX_NAME, _is_name, _line, _now, _problem_with_name, _reason, _shown, _step, _text

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
