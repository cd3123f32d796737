"""Tables and histograms as JSON."""

import itertools
import math
import sys

from .images import _flat, _plain_array
from .values import _json, _text, _Values

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
