"""Files for the platform: which are taken, and how they are copied."""

import errno
import hashlib
import io
import itertools
import os
import stat
import tarfile

from .values import _problem_with_name, _shown

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
