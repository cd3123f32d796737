"""The SDK's requests to the platform."""

import codecs
import http.client
import json
import os
import socket
import ssl
import tarfile
import urllib.parse

from .notices import _Refused, _Unavailable
from .values import _line

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
