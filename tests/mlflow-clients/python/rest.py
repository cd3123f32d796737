"""Sends requests as MLflow's Python client does, with the standard library only."""

import json
import mimetypes
import urllib.error
import urllib.parse
import urllib.request


class MlflowError(Exception):
    """An answer with an error code, as the client raises it."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.code = body.get("error_code")
        self.message = body.get("message")


class Rest:
    """The requests of one version of the client."""

    def __init__(self, host, version):
        self.host = host.rstrip("/")
        self.headers = {"User-Agent": f"mlflow-python-client/{version}", "Accept": "*/*"}
        if not version.startswith("2."):
            self.headers["X-MLflow-Client-Version"] = version

    def get(self, path, **query):
        """A request whose fields are in the query; lists repeat their key."""
        return self.call("GET", f"mlflow/{path}", query=query)

    def post(self, path, **body):
        return self.call("POST", f"mlflow/{path}", body=body)

    def patch(self, path, **body):
        return self.call("PATCH", f"mlflow/{path}", body=body)

    def delete(self, path, **body):
        """The client sends fields of a DELETE in a body."""
        return self.call("DELETE", f"mlflow/{path}", body=body)

    def call(self, method, path, query=None, body=None):
        url = f"{self.host}/api/2.0/{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query, doseq=True)
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        return json.loads(self.send(method, url, data, headers)[0])

    def upload(self, uri, path, data):
        """A file of a run or model, below its artifact URI."""
        content_type = mimetypes.guess_type(path)[0]
        self.send("PUT", self.storage(uri, path), data, {"Content-Type": content_type} if content_type else {})

    def list(self, uri, path=""):
        """What is in a folder: names without the folder."""
        folder = self.path_of(uri) + (f"/{path}" if path else "")
        return self.call("GET", "mlflow-artifacts/artifacts", query={"path": folder}).get("files", [])

    def download(self, uri):
        """All files below a URI, by path."""
        found, folders = {}, [""]
        while folders:
            folder = folders.pop()
            for file in self.list(uri, folder):
                path = f"{folder}/{file['path']}" if folder else file["path"]
                if file["is_dir"]:
                    folders.append(path)
                else:
                    found[path] = self.send("GET", self.storage(uri, path))[0]
        return found

    def storage(self, uri, path):
        return f"{self.host}/api/2.0/mlflow-artifacts/artifacts/{self.path_of(uri)}/{urllib.parse.quote(path)}"

    @staticmethod
    def path_of(uri):
        return urllib.parse.urlparse(uri).path.lstrip("/")

    def send(self, method, url, data=None, headers=None):
        """Raises an answer that is none of success."""
        request = urllib.request.Request(url, data, {**self.headers, **(headers or {})}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            raise MlflowError(error.code, json.loads(error.read())) from None
