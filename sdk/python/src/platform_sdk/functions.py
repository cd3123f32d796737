"""The run that a script tracks: ``init`` and the functions that act on it."""

from __future__ import annotations

import os
import urllib.parse
import uuid
from typing import Any, List, Mapping, Optional, Sequence, Union

from .artifacts import Artifact
from .console import _capture_console
from .environment import _record_environment
from .exit_status import _watch_process
from .joining import _announce, _announced, _first_name, _is_worker
from .notices import Report, _notify_user
from .snapshots import _begin_snapshot
from .system import _sample_system
from .tracked_run import Run
from .values import _brief, _text, _valid_name

_runs: List[Run] = []
_begun = set()


def init(
    project: Optional[str] = None,
    name: Optional[str] = None,
    parameters: Any = None,
    tags: Optional[Mapping[str, Any]] = None,
    run_id: Optional[str] = None,
    url: Optional[str] = None,
    token: Optional[str] = None,
    spool_dir: Optional[str] = None,
    finish_timeout: float = 5.0,
    parent: Union[Run, str, None] = None,
    nested: bool = False,
    capture_console: bool = False,
    tqdm_mode: str = "last",
    snapshot: Union[bool, str, os.PathLike] = False,
) -> Run:
    """Starts tracking and returns the run, which is also what this module's functions act on.

    Options that are not given come from the environment. Unsent records of an earlier process of the same run are sent first.

    Called again, it ends the run before. With ``nested`` the run before stays open and becomes the parent; ``parent`` names
    another one. In a job the first run is the job's, and another ``init`` with a ``name`` begins a run below it. In a process
    that a process of the run has started, ``init`` joins the run: the run ends with the process that began it.

    ``capture_console`` adds what the script prints to the run's text ``console``. ``tqdm_mode`` says what is kept of progress
    bars: how they ended (last), also how they stood once a second (second), or nothing (off).

    ``snapshot`` keeps the run's code: True that of the work folder, or a folder by its path. See ``Run.snapshot``.
    """
    plan = _Plan(name, run_id, parent, nested, _folder(spool_dir))
    run = plan.inherited
    if run is None:
        plan.end_runs_before()
        run = _begin(plan, project, name, url, token, _folder(spool_dir), finish_timeout)
        if capture_console and run.is_enabled:
            _capture_console(run, tqdm_mode)
        _begin_snapshot(run, snapshot)
    run.parameters(parameters)
    run.tags(tags)
    return run


class _Plan:
    """Which run an ``init`` begins or joins."""

    def __init__(self, name, run_id, parent, nested, spool_dir):
        environment = os.environ
        attempt = environment.get("PLATFORM_ATTEMPT", "")
        self.attempt = self.process_attempt = int(attempt) if attempt.isascii() and attempt.isdigit() else None
        self.owner = _announced(self.attempt) or {}
        if self.owner.get("process") == os.getpid():
            self.owner = {}
        self.inherited = self.parent_id = None
        self.project = environment.get("PLATFORM_PROJECT") or self.owner.get("project") or "default"
        self.spool_dir = spool_dir or environment.get("PLATFORM_SPOOL_DIR") or self.owner.get("spool") or _spool_folder()
        job_run = environment.get("PLATFORM_RUN_ID")
        is_in_job = bool(job_run and environment.get("PLATFORM_JOB_ID"))
        is_other = name is not None and _valid_name(name) != self.owner.get("name")
        forked = next((run for run in reversed(_runs) if run.is_forked and not run.is_finished), None)
        found = None
        if parent is None and nested:
            parent = next((run for run in reversed(_runs) if not run.is_finished), None)
        self._keeps_others = parent is not None
        if parent is not None:
            self.parent_id = parent.id if isinstance(parent, Run) else _valid_parent(parent)
            self.project = parent.project if isinstance(parent, Run) else self.project
        elif forked is not None and not is_other and run_id in (None, forked.id):
            self.inherited = forked
        elif run_id is not None:
            pass
        elif job_run and self._is_below(job_run, name, is_other, is_in_job):
            self.parent_id = job_run
        elif self.owner and not is_other and (is_in_job or _is_worker()):
            found = self.owner["run"]
        elif job_run:
            found = job_run
        self.run_id = _text(run_id) if run_id is not None else found or str(uuid.uuid4())
        self.is_job_run = is_in_job and self.run_id == job_run
        # The process that began the job's run may track one below it now.
        belongs = self.run_id == self.owner.get("run") or self.is_job_run
        self.is_joined = bool(self.owner) and belongs
        self.is_continued = run_id is not None and not belongs
        if self.run_id != job_run:
            self.attempt = None  # Only the job's own run has attempts.

    def _is_below(self, job_run, name, is_other, is_in_job):
        """Whether it is another run than the job's, below it. The first process to begin one has the job's."""
        if job_run in _begun:
            return name is not None
        if self.owner:
            return is_other
        name = None if name is None else _valid_name(name)
        if not (name and is_in_job and _is_run_id(job_run)) or os.environ.get("PLATFORM_DISABLED") == "1":
            return False
        return name != _first_name(self.spool_dir, job_run, self.attempt, name)

    def end_runs_before(self):
        """Ends the runs before, except those that this one is below and those of the process it was forked from."""
        for run in reversed(_runs):
            is_above = run.id == self.parent_id or self._keeps_others
            if not (is_above or run.is_forked or run.is_finished):
                run._end_with_process("finished", False)
        _runs[:] = [run for run in _runs if not run.is_finished or run is _runs[-1]]


def _begin(plan, project, name, url, token, spool_dir, finish_timeout):
    environment, owner = os.environ, plan.owner
    server = _text(url) if url is not None else environment.get("PLATFORM_URL") or owner.get("url")
    if environment.get("PLATFORM_DISABLED") == "1":
        server = None
    elif not server:
        _notify_user("nothing is tracked: set PLATFORM_URL to the platform's address, or PLATFORM_DISABLED=1")
    if server and not _is_address(server):
        _notify_user("PLATFORM_URL %s is not a valid address; nothing is tracked" % _brief(server))
        server = None
    if not _is_run_id(plan.run_id):
        _notify_user("%r is not a valid run id; nothing is tracked" % plan.run_id)
        server = None
    run = Run(
        server,
        _valid_token(_text(token) if token is not None else environment.get("PLATFORM_TOKEN") or owner.get("token")),
        plan.run_id,
        project if project is not None else plan.project,
        name,
        environment.get("PLATFORM_JOB_ID"),
        plan.attempt,
        plan.spool_dir,
        finish_timeout,
        parent_id=plan.parent_id,
        is_joined=plan.is_joined,
        ends_with_job=plan.is_job_run,
        is_continued=plan.is_continued,
    )
    _runs.append(run)
    _begun.add(run.id)
    if run.is_enabled:
        _watch_process(_end_with_process)
    if run.is_enabled and not plan.is_joined:
        run._announcement = _announce(
            run=run.id,
            name=None if name is None else _valid_name(name),
            project=run.project,
            attempt=plan.process_attempt,
            url=server if url is not None else None,
            token=_text(token) if token is not None else None,
            spool=spool_dir and os.path.abspath(spool_dir),
        )
        _record_environment(run)
        _sample_system(run)
    return run


def _end_with_process(status, is_signal):
    for run in reversed(_runs):
        run._end_with_process(status, is_signal)


def _folder(path):
    """A folder's path as text; None for what is none."""
    try:
        return os.fsdecode(path) if path and "\0" not in os.fsdecode(path) else None
    except (TypeError, ValueError):
        return None


def _valid_parent(parent):
    if _is_run_id(_text(parent)):
        return _text(parent)
    _notify_user("%s is not a valid run id; the run has no parent" % _brief(parent))
    return None


def _is_address(text):
    try:
        parts = urllib.parse.urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _valid_token(token):
    """The token without what surrounds it, such as the line end of the file that it was read from; None for what is no token."""
    token = (token or "").strip()
    if all("!" <= c <= "~" for c in token):
        return token or None
    _notify_user("PLATFORM_TOKEN is no token; nothing can be sent until it is right, and is kept in the spool")
    return None


def _is_run_id(text):
    return (
        bool(text)
        and text.isascii()
        and text[0].isalnum()
        and len(text) <= 64
        and all(c.isalnum() or c in "._-" for c in text)
    )


def _spool_folder():
    configured = os.environ.get("PLATFORM_SPOOL_DIR")
    if configured:
        return configured
    state = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(state, "platform", "spool")


def _open_run():
    return next((run for run in reversed(_runs) if not run.is_finished), None)


def _run():
    return _open_run() or (_runs[-1] if _runs else init())


def enabled() -> bool:
    """Whether there is a platform to track on: of the current run, or of the one that ``init`` would begin."""
    if _runs:
        return _run().is_enabled
    return bool(os.environ.get("PLATFORM_URL")) and os.environ.get("PLATFORM_DISABLED") != "1"


def log(metrics: Any, step: Any = None, stage: Optional[str] = None, at: Any = None) -> None:
    """See ``Run.log``."""
    _run().log(metrics, step, stage, at)


def summary(values: Mapping[str, Any]) -> None:
    """See ``Run.summary``."""
    _run().summary(values)


def parameters(values: Any) -> None:
    """See ``Run.parameters``."""
    _run().parameters(values)


def tags(values: Mapping[str, Any]) -> None:
    """See ``Run.tags``."""
    _run().tags(values)


def define_metric(name: str, summary: Optional[str] = None, step_metric: Optional[str] = None) -> None:
    """See ``Run.define_metric``."""
    _run().define_metric(name, summary, step_metric)


def set_primary_metric(name: str, mode: str = "min") -> None:
    """See ``Run.set_primary_metric``."""
    _run().set_primary_metric(name, mode)


def artifact(path: Any, name: str, type: str = "custom") -> None:
    """See ``Run.artifact``."""
    _run().artifact(path, name, type)


def log_artifact(artifact: Union[Artifact, str, os.PathLike], name: Optional[str] = None, type: str = "custom") -> None:
    """See ``Run.log_artifact``."""
    _run().log_artifact(artifact, name, type)


def use_artifact(name: str, folder: Optional[str] = None) -> str:
    """See ``Run.use_artifact``."""
    return _run().use_artifact(name, folder)


def snapshot(root: Any = ".", name: Optional[str] = None, force: bool = False) -> None:
    """See ``Run.snapshot``."""
    _run().snapshot(root, name, force)


def log_image(
    key: str,
    image: Any,
    step: Optional[int] = None,
    caption: Optional[str] = None,
    format: Optional[str] = None,
    quality: Optional[int] = None,
) -> None:
    """See ``Run.log_image``."""
    _run().log_image(key, image, step, caption, format, quality)


def log_table(
    key: str,
    data: Any,
    columns: Optional[Sequence[str]] = None,
    step: Optional[int] = None,
    caption: Optional[str] = None,
) -> None:
    """See ``Run.log_table``."""
    _run().log_table(key, data, columns, step, caption)


def log_histogram(
    key: str, values: Any, bins: int = 64, step: Optional[int] = None, caption: Optional[str] = None
) -> None:
    """See ``Run.log_histogram``."""
    _run().log_histogram(key, values, bins, step, caption)


def log_text(text: Any, name: str = "log") -> None:
    """See ``Run.log_text``."""
    _run().log_text(text, name)


def log_file(path: Any, name: Optional[str] = None) -> None:
    """See ``Run.log_file``."""
    _run().log_file(path, name)


def watch(model: Any, every: int = 100, gradients: bool = True, parameters: bool = False) -> None:
    """See ``Run.watch``."""
    _run().watch(model, every, gradients, parameters)


def flush(timeout: float = 30.0) -> Report:
    """See ``Run.flush``."""
    return _run().flush(timeout)


def finish(status: Any = "finished") -> Report:
    """See ``Run.finish``."""
    return _run().finish(status)
