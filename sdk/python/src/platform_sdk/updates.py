"""What is set on a run: its parameters, tags and results."""

from .sender import _BYTES_PER_REQUEST
from .values import _MAX_NAME, _MAX_TAG, _brief, _flattened, _is_name, _json, _line, _mapping, _reason, _text, _value


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
