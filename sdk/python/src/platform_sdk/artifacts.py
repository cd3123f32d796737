"""Artifacts: what is stored as a version, and how a version is fetched."""

import hashlib
import http.client
import json
import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
import uuid

from .copies import _Copies, _files_of, _open_file
from .notices import _notify_user
from .values import _brief, _line, _problem_with_name, _reason, _text, _valid_artifact

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
