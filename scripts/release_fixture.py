#!/usr/bin/env python3
"""Fills the data folder of a release with one of everything, kills the platform meanwhile, and keeps what it leaves.

    release_fixture.py SOURCE WORK OUT

SOURCE is the built source tree of the release, WORK an empty folder that PostgreSQL's own user may pass through, and
OUT gets the fixture (CONTRIBUTING.md, "Upgrade tests"). What the release says about itself before it is killed is kept
as what an upgraded platform must say. Only the standard library is needed.
"""

import gzip
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request

LIMIT = 5 * 1024 * 1024
SETTINGS = {"Agent__Name": "node-1", "Agent__Cpus": "2", "Agent__MemoryMiB": "4096"}

# Whatever expires would make the fixture expire too: a node's token is good for its longest time, and the token of the
# running job lives as long as the job may run.
MAKING = {"Nodes__NodeTokenDays": "3660", "Agent__GraceSeconds": "600"}
FOR_EVER = 2**31 - 1
STEPS, FIRST_GATE, SECOND_GATE = 60, 30, 45

# Prints a line and logs a point a step. It goes on where its last process was, and waits at a gate for the gate's file.
COUNT = """
import pathlib, sys, time
import platform_sdk
steps, gates = int(sys.argv[1]), [int(gate) for gate in sys.argv[2:]]
progress = pathlib.Path("progress")
done = int(progress.read_text()) if progress.exists() else 0
run = platform_sdk.init(name="count", parameters={"steps": steps})
for step in range(done + 1, steps + 1):
    while step - 1 in gates and not pathlib.Path("gate-%d" % (step - 1)).exists():
        time.sleep(0.02)
    print("step", step, flush=True)
    run.log({"value": step * 2, "loss": 1 / step}, step=step)
    pathlib.Path("progress.new").write_text(str(step))
    pathlib.Path("progress.new").rename(progress)
pathlib.Path("outputs/count.txt").write_text("counted to %d\\n" % steps)
run.summary({"counted": steps})
run.finish()
"""

# Counts to 10, and the first attempt only to 5: the second finds its checkpoint.
RESUME = """
import os, pathlib, sys, time
import platform_sdk
first = os.environ["PLATFORM_ATTEMPT"] == "1"
done = max([int(file.name) for file in pathlib.Path("checkpoints").iterdir() if file.name.isdigit()], default=0)
run = platform_sdk.init(name="resume")
for step in range(done + 1, 11):
    print("step", step, flush=True)
    run.log({"value": step}, step=step)
    pathlib.Path("checkpoints/new.tmp").write_text(str(step))
    os.rename("checkpoints/new.tmp", "checkpoints/%d" % step)
    if first and step == 5:
        run.finish("failed")
        sys.exit(9)
run.finish()
"""
SECOND_TIME = 'echo "attempt $PLATFORM_ATTEMPT"; [ "$PLATFORM_ATTEMPT" -gt 1 ] || exit 2'
TALK = 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "line $i ééé of a log"; done'
STUBBORN = "trap : TERM; echo ready; while :; do sleep 0.1; done"


class Platform:
    """The API of the release, asked as one user."""

    def __init__(self, url):
        self.url = url
        self.token = None

    def ask(self, method, path, body=None, raw=None):
        headers = {"Authorization": "Bearer " + self.token} if self.token else {}
        data = raw
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            raise SystemExit("%s %s answered %d: %s" % (method, path, error.code, error.read().decode()))

    def get(self, path):
        return json.loads(self.ask("GET", path))

    def items(self, path):
        """A list that fits in one page."""
        answer = self.get(path)
        check(not answer.get("nextCursor"), "%s has more than one page" % path)
        return answer["items"]

    def post(self, path, body):
        return json.loads(self.ask("POST", path, body) or b"null")

    def submit(self, name, command, files=None, cpus=0.25, attempts=1, backoff=0, **more):
        body = {
            "name": name,
            "project": "upgrade/jobs",
            "command": command,
            "files": files or {},
            "resources": {"gpus": 0, "cpus": cpus, "memoryMiB": 128},
            "retry": {"maxAttempts": attempts, "backoffSeconds": backoff},
        }
        return self.post("/api/jobs", dict(body, **more))["id"]

    def wait_for_job(self, job, status, attempt=1):
        def reached():
            now = self.get("/api/jobs/" + job)
            ended = now["status"] in ("succeeded", "failed", "cancelled")
            check(not ended or now["status"] == status, "job %s ended otherwise: %s" % (job, now))
            return now["status"] == status and now["attempt"] == attempt

        wait("job %s to be %s in attempt %d" % (job, status, attempt), reached)

    def log(self, job, attempt=1):
        return self.ask("GET", "/api/jobs/%s/logs?attempt=%d" % (job, attempt))

    def upload(self, artifact, files, **more):
        entries = []
        for path, content in files.items():
            sha = hashlib.sha256(content).hexdigest()
            self.ask("PUT", "/api/artifacts/blobs/" + sha, raw=content)
            entries.append({"path": path, "size": len(content), "sha256": sha})
        self.post("/api/artifacts/%s/versions" % artifact, dict(more, files=entries))


def check(holds, why):
    if not holds:
        raise SystemExit("release_fixture: " + why)


def wait(what, condition, limit=120):
    deadline = time.monotonic() + limit
    while not condition():
        check(time.monotonic() < deadline, "waited %d s for %s" % (limit, what))
        time.sleep(0.05)


def bytes_of(seed, length):
    """The same bytes in every fixture; they look random, as those of models do."""
    return hashlib.shake_256(seed.encode()).digest(length)


# What has ended ------------------------------------------------------------------------------------------------------


def make_tokens(platform):
    def create(name, scope):
        return platform.post("/api/tokens", {"name": name, "scope": scope})

    administrator, reader, revoked = create("upgrade", "admin"), create("reader", "read"), create("gone", "admin")
    platform.token = administrator["token"]
    platform.ask("DELETE", "/api/tokens/" + revoked["id"])
    platform.post("/api/nodes/join-tokens", {"name": "kept"})
    made = {"administrator": administrator, "reader": reader, "revoked": revoked}
    return {name: answer["token"] for name, answer in made.items()}


def make_artifacts(platform):
    samples = "".join("%d,%d\n" % (n, n * n) for n in range(500)).encode()
    platform.upload("samples", {"samples.csv": samples}, type="dataset", project="upgrade/data")
    platform.upload("samples", {"samples.csv": samples, "more/notes.txt": b"more\n", "empty": b""}, type="dataset")
    for version in (1, 2, 3):
        weights = bytes_of("weights-%d" % version, 100_000)
        platform.upload("weights", {"weights.bin": weights}, type="model", metadata={"epoch": str(version)})
    platform.ask("PUT", "/api/artifacts/weights/aliases/champion", {"version": 1})
    platform.ask("PUT", "/api/artifacts/weights/aliases/candidate", {"version": 3})
    platform.ask("DELETE", "/api/artifacts/weights/versions/2")
    platform.upload("gone", {"gone.bin": bytes_of("gone", 1000)}, type="custom")
    platform.ask("DELETE", "/api/artifacts/gone/versions/1")


def make_runs(platform):
    for name, status, count in (("sweep-1", "finished", 400), ("sweep-2", "failed", 20), ("sweep-3", None, 20)):
        body = {"project": "upgrade/runs", "name": name, "parameters": {"lr": 0.1, "layers": 3}, "tags": {"by": "hand"}}
        path = "/api/runs/" + name
        platform.ask("PUT", path, body)
        points = [{"key": "loss", "step": step, "value": 1 / step, "stage": "train"} for step in range(1, count + 1)]
        odd = [{"key": "odd/a,b", "step": n, "value": v} for n, v in enumerate(["NaN", "Infinity", "-Infinity", 0.5])]
        for n, point in enumerate(points + odd):
            point["at"] = "2026-01-01T00:%02d:%02d.000001Z" % (n // 60, n % 60)
        platform.post(path + "/metrics", {"points": points + odd})
        platform.ask("PATCH", path, {"summary": {"best": 0.5}, "primaryMetric": {"name": "loss", "mode": "min"}})
        if status:
            platform.post(path + "/finish", {"status": status})


def make_jobs(platform, sdk):
    """Jobs that have ended, each in its way."""
    count = {"train.py": COUNT, "platform_sdk.py": sdk}
    succeeded = platform.submit(
        "count",
        ["/usr/bin/python3", "train.py", "20"],
        count,
        inputs=[{"artifact": "samples:1", "path": "inputs/samples"}],
        outputs=[{"path": "outputs", "artifact": "count", "type": "model"}],
        env={"SEED": "7"},
    )
    talked = platform.submit("talk", ["/bin/sh", "-c", TALK])
    failed = platform.submit("fail", ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"])
    platform.wait_for_job(succeeded, "succeeded")
    platform.wait_for_job(talked, "succeeded")
    platform.wait_for_job(failed, "failed")

    resumed = {"train.py": RESUME, "platform_sdk.py": sdk}
    resumes = platform.submit("resume", ["/usr/bin/python3", "train.py"], resumed, attempts=3)
    retried = platform.submit("retry", ["/bin/sh", "-c", SECOND_TIME])
    platform.wait_for_job(retried, "failed")
    platform.post("/api/jobs/%s/retry" % retried, None)
    platform.wait_for_job(retried, "succeeded", attempt=2)
    platform.wait_for_job(resumes, "succeeded", attempt=2)

    stopped = platform.submit("stop", ["/bin/sleep", "600"])
    large = platform.submit("too-large", ["/bin/true"], cpus=64)
    platform.wait_for_job(stopped, "running")
    platform.wait_for_job(large, "queued")
    for job in (stopped, large):
        platform.post("/api/jobs/%s/cancel" % job, None)
        platform.wait_for_job(job, "cancelled")


# What the release says of it -----------------------------------------------------------------------------------------


def describe_job(platform, job):
    answer = platform.get("/api/jobs/" + job["id"])
    fields = ("id", "name", "project", "status", "attempt", "exitCode", "submittedAt", "endedAt")
    said = {key: answer.get(key) for key in fields}
    logs = [platform.log(job["id"], attempt + 1) for attempt in range(answer["attempt"])]
    said["logs"] = [{"bytes": len(log), "sha256": hashlib.sha256(log).hexdigest()} for log in logs]
    said["events"] = len(platform.items("/api/jobs/%s/events" % job["id"]))
    return said


def describe_run(platform, run):
    answer = platform.get("/api/runs/" + run["id"])
    said = {key: answer[key] for key in ("id", "name", "project", "status", "parameters", "tags", "summary")}
    said["series"] = platform.get("/api/runs/%s/metrics?points=10000" % run["id"])["series"]
    return said


def describe_artifact(platform, name):
    path = "/api/artifacts/" + name
    kept, deleted = platform.items(path + "/versions"), platform.items(path + "/versions?deleted=true")
    manifests = [platform.get("%s/versions/%d" % (path, version["version"])) for version in kept]
    return {
        "name": name,
        "versions": [{key: one[key] for key in ("version", "aliases", "digest", "files")} for one in manifests],
        "deleted": [version["version"] for version in deleted],
    }


def describe(platform):
    jobs = platform.items("/api/jobs?limit=200")

    def runs_have_ended():
        ended = [platform.get("/api/runs/" + job["runId"])["status"] != "running" for job in jobs]
        return all(ended)

    wait("the runs of jobs to end", runs_have_ended)
    artifacts = [artifact["name"] for artifact in platform.items("/api/artifacts?limit=200")]
    return {
        "jobs": [describe_job(platform, job) for job in jobs],
        "runs": [describe_run(platform, run) for run in platform.items("/api/runs?limit=200")],
        "artifacts": [describe_artifact(platform, name) for name in [*artifacts, "gone"]],
    }


# What is in flight ---------------------------------------------------------------------------------------------------


class Attempt:
    """What the agent of the release left of a running attempt."""

    def __init__(self, data, job):
        self.name = "attempts/%s-1" % job.replace("-", "")
        self.folder = data / "agent" / self.name

    def pid(self, who):
        return int((self.folder / who).read_text().split()[0])

    def kill(self):
        """The shim first: it would record an exit that the running attempt has not had."""
        shim, session = self.pid("shim"), self.pid("process")
        os.kill(shim, signal.SIGKILL)
        os.killpg(session, signal.SIGKILL)
        for pid in (shim, session):
            wait("process %d to be gone" % pid, lambda: is_gone(pid))
        check(not (self.folder / "exit").exists(), "the attempt in %s has ended" % self.folder)

    def order(self, replacements):
        """What its shim was told, with placeholders for what differs where it is restored."""

        def read(file):
            text = pathlib.Path("/proc/%d/%s" % (self.pid("process"), file)).read_text()
            for value, name in replacements:
                text = text.replace(value, name)
            return text.split("\0")[:-1]

        environment = dict(entry.split("=", 1) for entry in read("environ"))
        environment.pop("PWD", None)  # the shell's own
        return {"command": read("cmdline"), "environment": environment}


def is_gone(pid):
    try:
        return pathlib.Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def kill_what_is_left(data):
    """Trainings outlive their platform, and also a run of this script that failed."""
    for process in (data / "agent").glob("attempts/*/process"):
        pid = int(process.read_text().split()[0])
        try:
            if str(data) in pathlib.Path("/proc/%d/environ" % pid).read_text():
                os.killpg(pid, signal.SIGKILL)
        except OSError:
            pass  # It has ended, and the number may be somebody else's.


def start_in_flight(platform, data, sdk):
    """Jobs that run, are being stopped, wait for room and wait for their next attempt."""
    gates = [str(FIRST_GATE), str(SECOND_GATE)]
    running = platform.submit(
        "count-on",
        ["/usr/bin/python3", "train.py", str(STEPS), *gates],
        {"train.py": COUNT, "platform_sdk.py": sdk},
        outputs=[{"path": "outputs", "artifact": "count", "type": "model"}],
        timeoutSeconds=FOR_EVER,
    )
    platform.wait_for_job(running, "running")
    run = platform.get("/api/jobs/" + running)["runId"]
    wait("its log", lambda: platform.log(running).count(b"\n") == FIRST_GATE)
    wait("its points", lambda: stored_steps(platform, run) == list(range(1, FIRST_GATE + 1)))

    stopping = platform.submit("stopping", ["/bin/sh", "-c", STUBBORN])
    wait("its trap", lambda: platform.log(stopping) == b"ready\n")
    platform.post("/api/jobs/%s/cancel" % stopping, None)
    journal = Attempt(data, stopping).folder / "journal.json"
    wait("the agent to be told", lambda: '"stop":{' in journal.read_text())

    resting = platform.submit("rest", ["/bin/sh", "-c", SECOND_TIME], attempts=2, backoff=30)
    platform.wait_for_job(resting, "queued", attempt=2)
    waiting = platform.submit("wait-for-room", ["/bin/sh", "-c", "echo ran at last"], cpus=2)
    platform.wait_for_job(waiting, "queued")
    return {"running": running, "run": run, "stopping": stopping, "resting": resting, "waiting": waiting}


def stored_steps(platform, run):
    series = platform.get("/api/runs/%s/metrics?keys=value&points=10000" % run)["series"]
    return [step for one in series for step in one["steps"]]


def unsent_steps(folder):
    steps = set()
    for spool in folder.glob("*.jsonl"):
        for line in spool.read_text().split("\n")[:-1]:
            steps.update(point["step"] for point in json.loads(line).get("points", []))
    return steps


def kill_in_flight(data, url, in_flight):
    """Kills the platform, lets the training go on for a while, and kills it too; a fixture cannot hold a process."""
    os.kill(json.loads((data / "platform.json").read_text())["pid"], signal.SIGKILL)
    Attempt(data, in_flight["stopping"]).kill()

    attempt = Attempt(data, in_flight["running"])
    (attempt.folder / "work" / ("gate-%d" % FIRST_GATE)).touch()
    alone = set(range(FIRST_GATE + 1, SECOND_GATE + 1))
    wait("its lines in the spool", lambda: "step %d\n" % SECOND_GATE in (attempt.folder / "log").read_text())
    wait("its points in the spool", lambda: alone <= unsent_steps(attempt.folder / "unsent"))
    order = attempt.order([(str(data), "@DATA@"), (url, "@URL@")])
    attempt.kill()
    phase = json.loads((attempt.folder / "notes.json").read_text())["phase"]
    check(phase == "Running", "the journal says of the running attempt that it is %s" % phase)
    gate = "work/gate-%d" % SECOND_GATE
    return dict(order, folder="agent/" + attempt.name, gate=gate, steps=STEPS, printed=SECOND_GATE)


# The fixture ---------------------------------------------------------------------------------------------------------


def environment(data):
    """Nothing of whoever makes it gets into the fixture."""
    programs = os.environ["PLATFORM_PG_BIN"]
    path = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    dotnet = os.environ.get("DOTNET_ROOT")
    kept = {"PATH": ":".join([dotnet, *path] if dotnet else path), "HOME": str(data), "PLATFORM_PG_BIN": programs}
    return dict(kept, LANG="C.UTF-8", PLATFORM_NO_BUILD="1", DOTNET_CLI_HOME=str(data), **SETTINGS, **MAKING)


def dump(data, out, in_flight):
    """Plain SQL that any newer PostgreSQL takes, without the names of owners and of this machine."""
    command = [
        os.path.join(os.environ["PLATFORM_PG_BIN"], "pg_dump"),
        "--host=%s" % (data / "postgres" / "server" / "run"),
        "--username=platform",
        "--no-owner",
        "--no-privileges",
        "--no-toast-compression",
        "platform",
    ]
    password = (data / "postgres" / "password").read_text().strip()
    env = dict(os.environ, PGPASSWORD=password)
    sql = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout.decode()
    # Words of psql that older ones do not know.
    lines = [line for line in sql.split("\n") if not line.startswith(("\\restrict ", "\\unrestrict "))]
    sql = "\n".join(lines).replace(json.dumps(socket.gethostname()), '"node-1"')
    check(str(data) not in sql, "the database names the folder in which it was made")
    check_in_flight(sql, in_flight)
    with gzip.GzipFile(out / "database.sql.gz", "wb", mtime=0) as file:
        file.write(sql.encode())


def check_in_flight(sql, in_flight):
    """Each is known to its saga, and to the nodes as what it is."""
    places = {"running": "lease", "stopping": "lease", "resting": "placement_request", "waiting": "placement_request"}
    for name, place in places.items():
        for table in ("jobs.saga", "nodes." + place):
            rows = sql.split("COPY %s (" % table)[1].split("\n\\.\n")[0]
            check(in_flight[name] in rows, "%s does not hold the job that is %s" % (table, name))


def pack(data, out):
    """Secrets, blobs and the agent's folder, with their modes; what runs, logs and locks are left out."""

    def kept(entry):
        if entry.name.endswith((".lock", "__pycache__")):
            return None
        named = entry.isfile() and str(data).encode() in (data / entry.name).read_bytes()
        check(not named, "%s names the folder in which it was made" % entry.name)
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    with gzip.GzipFile(out / "data.tar.gz", "wb", mtime=0) as file, tarfile.open(fileobj=file, mode="w") as tar:
        for folder in ("secrets", "blobs", "agent"):
            tar.add(data / folder, folder, filter=kept)


def main(source, work, out):
    data = work / "data"
    env = environment(data)

    def command(*arguments):
        words = [str(source / "platform"), *arguments, "--data", str(data)]
        return subprocess.run(words, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout

    data.mkdir()
    data.chmod(0o711)
    try:
        make(source, data, out, command)
    finally:
        kill_what_is_left(data)
        command("down")


def make(source, data, out, command):
    command("up", "--detach", "--port", "0")
    url = json.loads((data / "platform.json").read_text())["url"].rstrip("/")
    platform = Platform(url)
    sdk = (source / "sdk" / "python" / "platform_sdk.py").read_text()
    wait("the node", lambda: [node["status"] for node in platform.items("/api/nodes")] == ["online"])
    node = platform.items("/api/nodes")[0]

    tokens = make_tokens(platform)
    make_artifacts(platform)
    make_runs(platform)
    make_jobs(platform, sdk)
    said = describe(platform)
    in_flight = start_in_flight(platform, data, sdk)
    training = kill_in_flight(data, url, in_flight)

    out.mkdir(parents=True, exist_ok=True)
    dump(data, out, in_flight)
    command("down")
    pack(data, out)
    contents = {
        "settings": SETTINGS,
        "tokens": tokens,
        "node": {key: node[key] for key in ("id", "name", "joinedAt")},
        "inFlight": in_flight,
        "training": training,
        **said,
    }
    (out / "contents.json").write_text(json.dumps(contents, indent=1, ensure_ascii=False) + "\n")
    size = sum(file.stat().st_size for file in out.iterdir())
    check(size <= LIMIT, "the fixture takes %d bytes; %d are allowed" % (size, LIMIT))
    counts = (len(said["jobs"]), len(in_flight) - 1, len(said["runs"]), len(said["artifacts"]))
    print("%s: %d bytes; %d jobs and %d in flight, %d runs, %d artifacts" % (out, size, *counts))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:]))
