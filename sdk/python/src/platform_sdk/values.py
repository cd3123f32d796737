"""Turns whatever a script passes into what the platform takes."""

import argparse
import collections.abc
import dataclasses
import datetime
import json
import math
import numbers
import re
import time
import unicodedata

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
