"""What is in a record: its entries, by which it can be divided when the platform refuses it."""

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
