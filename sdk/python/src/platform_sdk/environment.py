"""What a run ran in: Python, its packages, the code's revision, the machine."""

from __future__ import annotations

import json
import os
import platform
import re
import socket
import subprocess
import sys
import threading

from .values import _text

_MAX_ENVIRONMENT = 240 * 1024
_MAX_PACKAGES = 3000
_COMMAND_TIMEOUT = 5.0
_LONGEST_WAIT = 2.0
_SECRET = re.compile(r"(?i)(token|secret|passw|passphrase|credential|api.?key|access.?key|private.?key|auth)")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def _record_environment(run):
    """Records it in the background; a run that ends soon waits for it a moment. ``PLATFORM_ENVIRONMENT=0``: not at all."""
    if os.environ.get("PLATFORM_ENVIRONMENT") == "0":
        return
    # Imported here: a process that is forked while another thread imports would find the module half-done.
    import importlib.metadata

    def record():
        try:
            run._add_update("environment", _environment(importlib.metadata.distributions), size=0)
        except Exception:
            pass  # It is worth no line: a training depends on nothing of it.

    thread = threading.Thread(target=record, name="platform-environment", daemon=True)
    thread.start()
    run._before_end.append(lambda: thread.join(_LONGEST_WAIT))


def _environment(distributions):
    environment = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "host": socket.gethostname(),
        "cpus": os.cpu_count(),
        "command": _command(),
        "folder": os.getcwd(),
        "git": _git(),
        "gpus": _gpus(),
        "packages": _packages(distributions),
    }
    environment = {name: value for name, value in environment.items() if value}
    while len(json.dumps(environment)) > _MAX_ENVIRONMENT and environment.get("packages"):
        names = sorted(environment["packages"])
        environment["packages"] = {name: environment["packages"][name] for name in names[: len(names) // 2]}
    return json.loads(json.dumps(environment, default=_text)) if len(json.dumps(environment)) <= _MAX_ENVIRONMENT else {}


def _command():
    """The command line, in which what looks like a secret is replaced."""
    arguments, hides_next = [], False
    for argument in map(_text, getattr(sys, "orig_argv", None) or [sys.executable] + sys.argv):
        name, equals, _ = argument.partition("=")
        if hides_next and not argument.startswith("-"):
            argument = "***"
        elif equals and _SECRET.search(name):
            argument = name + "=***"
        hides_next = argument.startswith("-") and not equals and bool(_SECRET.search(argument))
        arguments.append(_CREDENTIALS.sub("***@", argument)[:1000])
    return arguments[:200]


def _output_of(*command):
    """What a command prints; None when it fails or takes too long."""
    try:
        environment = dict(os.environ, GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0")
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_COMMAND_TIMEOUT,
            env=environment,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _git():
    """The revision of the script's folder."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    folder = os.path.dirname(os.path.abspath(main)) if main else os.getcwd()
    commit = _output_of("git", "-C", folder, "rev-parse", "HEAD")
    if not commit:
        return None
    branch = _output_of("git", "-C", folder, "rev-parse", "--abbrev-ref", "HEAD")
    changes = _output_of("git", "-C", folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "branch": None if branch == "HEAD" else branch, "dirty": bool(changes)}


def _gpus():
    output = _output_of("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")
    found = []
    for line in (output or "").splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 3:
            memory = int(parts[1]) if parts[1].isdigit() else None
            found.append({"name": parts[0], "memoryMiB": memory, "driver": parts[2]})
    return found


def _packages(distributions):
    found = {}
    for distribution in distributions():
        try:
            name, version = distribution.metadata["Name"], distribution.version
        except Exception:
            continue
        if name and len(found) < _MAX_PACKAGES:
            found.setdefault(_text(name), _text(version))
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))
