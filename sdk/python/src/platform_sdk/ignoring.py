"""Which files of a folder an ignore file names, in the grammar of ``.gitignore`` and with Git's results."""

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
