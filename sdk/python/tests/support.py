"""A platform in the test's process, and scripts that track on it in processes of their own."""

import hashlib
import http.server
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import threading
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
SDK = os.path.dirname(HERE)
PACKAGE = os.path.join(SDK, "src")
LONG = 30.0

if PACKAGE not in sys.path:
    sys.path.insert(0, PACKAGE)


class TrackedOnPlatform:
    """What the platform knows of a run."""

    def __init__(self, body):
        self.bodies = [body]
        self.points = {}
        self.received = 0
        self.updates = []
        self.ends = []
        self.files = {}
        self.media = {}
        self.heartbeats = 0

    def merged(self, field):
        values = {}
        for update in self.updates:
            values.update(update.get(field, {}))
        return values

    def values(self, key):
        return [point["value"] for point in sorted(self.points.values(), key=lambda p: p["step"]) if point["key"] == key]

    def steps(self, key):
        return sorted(point["step"] for point in self.points.values() if point["key"] == key)

    @property
    def end(self):
        return self.ends[-1] if self.ends else None


class FakePlatform:
    """The routes that the SDK uses. It can be stopped and started, and refuse what a function says."""

    def __init__(self):
        self.runs = {}
        self.blobs = {}
        self.versions = {}
        self.requests = []
        self.refuse = lambda method, path, body: None
        self.corrupt = False
        self.prefix = ""
        self.loses_answers = 0
        self.hangs = threading.Event()
        self.hangs.set()
        self._changed = threading.Condition()
        self._server = None
        self._connections = []
        self._port = 0
        self.start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self._port

    def start(self):
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # Its process has ended in between.
                platform.hangs.wait(LONG)
                with platform._changed:
                    status, answer = platform._answer(self.command, self.path, body, self.headers)
                    platform.requests.append((self.command, self.path, body, dict(self.headers)))
                    platform._changed.notify_all()
                if platform.loses_answers > 0:
                    platform.loses_answers -= 1
                    status = 502
                if status == 204:
                    answer = b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_PUT = do_POST = do_PATCH = answer

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                connection, address = super().get_request()
                platform._connections.append(connection)
                return connection, address

            def handle_error(self, request, address):
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, address)

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # It has ended.
            self._connections = []

    def wait_until(self, condition, what):
        with self._changed:
            if not self._changed.wait_for(condition, LONG):
                raise AssertionError("waited in vain for " + what)

    @property
    def run(self):
        """The only run."""
        (run,) = self.runs.values()
        return run

    def named(self, name):
        (run,) = [run for run in self.runs.values() if run.bodies[0].get("name") == name]
        return run

    def id_of(self, run):
        (identity,) = [identity for identity, other in self.runs.items() if other is run]
        return identity

    def sent_to(self, ending):
        return [json.loads(body) for _, path, body, _ in self.requests if path.endswith(ending)]

    def _answer(self, method, path, body, headers):
        if not path.startswith(self.prefix):
            return 404, b"{}"
        path = path[len(self.prefix) :]
        refused = self.refuse(method, path, body)
        if refused is not None:
            return refused if isinstance(refused, tuple) else (refused, b"{}")
        parts = urllib.parse.unquote(path).strip("/").split("/")
        if parts[:2] == ["api", "runs"]:
            answer = self._answer_run(method, parts[2], parts[3:], body, headers)
            return answer if isinstance(answer, tuple) else (answer, b"{}")
        if parts[:2] == ["api", "artifacts"]:
            return self._answer_artifact(method, parts[2:], body, headers)
        return 404, b"{}"

    def _answer_run(self, method, identity, parts, body, headers):
        if method == "PUT" and not parts:
            content = json.loads(body)
            if identity in self.runs:
                self.runs[identity].bodies.append(content)
            else:
                self.runs[identity] = TrackedOnPlatform(content)
            return 201
        run = self.runs.get(identity)
        if run is None:
            return 404
        if method == "GET" and not parts:
            points = sorted(run.points.values(), key=lambda point: point["step"])
            return 200, json.dumps({"latest": {point["key"]: point for point in points}}).encode()
        if method == "PUT" and parts[0] == "files":
            if hashlib.sha256(body).hexdigest() != headers["X-Content-Sha256"]:
                return 422
            run.files["/".join(parts[1:])] = body
            return 201
        content = json.loads(body)
        if method == "PATCH":
            run.updates.append(content)
        elif parts == ["metrics"]:
            run.received += len(content["points"])
            run.points.update(((p["key"], p["step"], p["at"]), p) for p in content["points"])
        elif parts == ["finish"]:
            run.ends.append(content)
        elif parts == ["media"]:
            return self._answer_media(run, content["items"])
        elif parts == ["heartbeat"]:
            run.heartbeats += 1
            return 204
        else:
            return 404
        return 200

    @staticmethod
    def _answer_media(run, items):
        for i, item in enumerate(items):
            if item["path"] not in run.files:
                return 400, json.dumps({"errors": {"items[%d].path" % i: ["The run has no such file."]}}).encode()
        for item in items:
            run.media.setdefault((item["key"], item["step"], item["path"]), item)
        return 204

    def _answer_artifact(self, method, parts, body, headers):
        if parts == ["blobs", "missing"]:
            missing = [name for name in json.loads(body)["sha256"] if name not in self.blobs]
            return 200, json.dumps({"sha256": missing}).encode()
        if parts == ["blobs"]:
            with tarfile.open(fileobj=io.BytesIO(body)) as group:
                for entry in group:
                    self.blobs[entry.name] = group.extractfile(entry).read()
            return 200, b"{}"
        if method == "PUT" and parts[0] == "blobs":
            self.blobs[parts[1]] = body
            return (201 if hashlib.sha256(body).hexdigest() == parts[1] else 422), b"{}"
        if method == "POST" and parts[1:] == ["versions"]:
            versions = self.versions.setdefault(parts[0], {})
            versions.setdefault(headers["Idempotency-Key"], dict(json.loads(body), version=len(versions) + 1))
            return 201, b"{}"
        if method == "GET" and parts[1:2] == ["versions"]:
            return self._answer_version(parts)
        return 404, b"{}"

    def _answer_version(self, parts):
        found = [
            version
            for version in self.versions.get(parts[0], {}).values()
            if parts[2] in (str(version["version"]), "v%d" % version["version"], "latest", *version.get("aliases", ()))
        ]
        if not found:
            return 404, b"{}"
        if len(parts) == 3:
            return 200, json.dumps(found[-1]).encode()
        (file,) = [file for file in found[-1]["files"] if file["path"] == "/".join(parts[4:])]
        return 200, self.blobs[file["sha256"]] + (b"!" if self.corrupt else b"")


class PlatformTest(unittest.TestCase):
    """Runs scripts against a fake platform."""

    sdk = SDK  # The single file, as users have it.

    def setUp(self):
        self.platform = FakePlatform()
        self.addCleanup(lambda: self.platform.stop())
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.spool = os.path.join(self.folder, "spool")

    def environment(self, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PLATFORM_")}
        environment.update(
            PYTHONPATH=self.sdk,
            PYTHONDONTWRITEBYTECODE="1",
            PLATFORM_URL=self.platform.url,
            PLATFORM_SPOOL_DIR=self.spool,
            PLATFORM_ENVIRONMENT="0",
            PLATFORM_SYSTEM_METRICS="0",
        )
        environment.update(variables)
        return environment

    def start(self, code, **variables):
        path = os.path.join(self.folder, "script-%d.py" % len(os.listdir(self.folder)))
        with open(path, "w", encoding="utf-8") as file:
            file.write("import platform_sdk as tracking\n" + textwrap.dedent(code))
        process = subprocess.Popen(
            [sys.executable, path],
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def run_script(self, code, exit_code=0, **variables):
        """Runs to the end, and returns what was printed and what was said on standard error."""
        process = self.start(code, **variables)
        output, errors = process.communicate(timeout=LONG)
        self.assertEqual(exit_code, process.returncode, output + errors)
        return output, errors

    def assert_spool_is_empty(self):
        """Besides what the processes of a job say to each other."""
        self.assertEqual([], [name for name in os.listdir(self.spool) if not name.endswith(".name")])


class InProcessTest(PlatformTest):
    """Tracks in the test's own process, with the package."""

    def setUp(self):
        super().setUp()
        self._outer = dict(os.environ)
        self.addCleanup(self._restore)
        for name in list(os.environ):
            if name.startswith("PLATFORM_"):
                del os.environ[name]
        os.environ.update(
            PLATFORM_URL=self.platform.url,
            PLATFORM_SPOOL_DIR=self.spool,
            PLATFORM_ENVIRONMENT="0",
            PLATFORM_SYSTEM_METRICS="0",
        )
        self.said = io.StringIO()
        self._stderr, sys.stderr = sys.stderr, self.said

    def _restore(self):
        import platform_sdk

        sys.stderr = self._stderr
        self.platform.start() if self.platform._server is None else None
        platform_sdk.finish()
        os.environ.clear()
        os.environ.update(self._outer)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, content, *parts):
        path = self.path(*parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path
