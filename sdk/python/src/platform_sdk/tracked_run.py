"""A tracked training."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any, Mapping, Optional, Union

from .artifacts import Artifact, ArtifactError, _artifact_of, _artifact_record, _fetch_artifact
from .definitions import _Definitions
from .exit_status import _status_of_code, _status_of_exception
from .gradients import _watch_model
from .joining import _withdraw
from .media import _Media
from .notices import Report, _notify_user, _Refusals
from .recorder import _Recorder
from .snapshots import _Snapshots
from .updates import _Updates
from .values import (
    _MAX_NAME,
    _MAX_STAGE,
    _brief,
    _is_name,
    _line,
    _metric,
    _microseconds,
    _now,
    _reason,
    _seconds,
    _step,
    _text,
    _valid_name,
    _valid_project,
)

_ENDS = {"finished": "finished", "failed": "failed", "interrupted": "interrupted", "killed": "interrupted"}
_MAX_REASON = 200
_MODES = {"min": "min", "minimize": "min", "max": "max", "maximize": "max"}


class Run(_Updates, _Media, _Snapshots):
    """A tracked training; created by ``init``. Methods are thread-safe and may be called in forked processes."""

    def __init__(
        self,
        server,
        token,
        run_id,
        project,
        name=None,
        job_id=None,
        attempt=None,
        spool_folder=None,
        finish_timeout=5.0,
        parent_id=None,
        is_joined=False,
        ends_with_job=False,
        is_continued=False,
    ):
        self.id = run_id
        self.project = project
        self.name = name
        self.parent_id = parent_id
        self._server = server
        self._token = token
        self._job_id = job_id
        self._attempt = attempt
        self._finish_timeout = _seconds(finish_timeout, 5.0)
        self._is_joined = is_joined
        self._ends_with_job = ends_with_job
        self._refusals = _Refusals()
        self._definitions = _Definitions()
        self._announcement = None
        self._before_end = []
        self._snapshots = []
        self._texts = {}
        self._media_counts = {}
        self._finished = False
        self._began = time.time_ns() // 1000
        self._recorder = None
        if not server:
            return
        self.project = _valid_project(project)
        if self.project != project:
            _notify_user("the project %s is tracked as %s" % (_brief(project), self.project))
        body = {"project": self.project}
        valid_name = None if name is None else _valid_name(name)
        if valid_name:
            body["name"] = valid_name
        if valid_name != name:
            _notify_user("the name %s is kept as %s" % (_brief(name), valid_name or "the run's id"))
        if job_id:
            body["jobId"] = job_id
        if parent_id:
            body["parentId"] = parent_id
        if not is_joined:
            # A process that joins a run says nothing about its start: said later than the end, it would start the run again.
            body["startedAt"] = _now()
        record = {"kind": "run", "body": body}
        self._recorder = _Recorder(
            server, token, run_id, record, spool_folder, self._refusals, self._write_texts, is_continued
        )

    @property
    def is_enabled(self) -> bool:
        """False when there is no platform to track on: every call then does nothing."""
        return self._recorder is not None

    @property
    def is_forked(self) -> bool:
        """True in a process that was forked from the one that began or joined the run."""
        return self._recorder is not None and self._recorder.is_forked

    @property
    def is_finished(self) -> bool:
        """True after ``finish``."""
        return self._finished

    def log(self, metrics: Any, step: Any = None, stage: Optional[str] = None, at: Any = None) -> None:
        """Logs values of one step: ``run.log({"loss": 0.5})``.

        ``step`` is one more than the last by default, also of a run that ``init(run_id=…)`` goes on with; ``stage`` names a
        part of the training; ``at`` is when it was measured, in seconds since 1970 or as a ``datetime``, now by default. Logging the same key, step and time again changes
        nothing, so a resumed training may repeat what it may already have logged. A value that is no number is left out
        alone.
        """
        if self._recorder is None or not self._is_open("the metrics"):
            return
        try:
            metrics = dict(metrics)
        except Exception as error:
            self._refusals.add("the metrics", _reason(error))
            return
        values = []
        for key, value in metrics.items():
            try:
                if not isinstance(key, str):
                    raise TypeError("a metric's name is a text, not %s" % type(key).__name__)
                if not _is_name(key, _MAX_NAME):
                    raise ValueError("a metric's name has 1 to %d characters, none of them a control character" % _MAX_NAME)
                values.append((key, _metric(value)))
            except Exception as error:
                self._refusals.add(key, _reason(error))
        try:
            if stage is not None and not _is_name(stage, _MAX_STAGE):
                raise ValueError("a stage has 1 to %d characters, none of them a control character" % _MAX_STAGE)
            step = None if step is None else _step(step)
            microseconds = None if at is None else _microseconds(at)
        except Exception as error:
            for key, _ in values:
                self._refusals.add(key, _reason(error))
            return
        if not values:
            return
        if self._definitions:
            self._log_defined(values, step, stage, microseconds)
        else:
            self._recorder.add_points(values, step, stage, microseconds)

    def _log_defined(self, values, step, stage, microseconds):
        with self._recorder.gate:
            by_step = self._definitions.observe(values)
            results = {} if self._recorder.is_forked else self._definitions.take_changes(at_once=False)
        for own_step, some in by_step.items():
            if own_step is None or step is not None:
                self._recorder.add_points(some, step, stage, microseconds)
            else:
                self._recorder.add_points_beside(some, own_step, stage, microseconds)
        if results:
            self._add_update("summary", results)

    def define_metric(self, name: str, summary: Optional[str] = None, step_metric: Optional[str] = None) -> None:
        """Says what a metric means; ``name`` may be a pattern such as ``val/*``.

        ``summary`` is which of its values is the run's result: min, max or last. ``step_metric`` is the metric that counts
        its steps, such as an epoch, as far as that is a whole number.
        """
        if self._recorder is None:
            return
        try:
            with self._recorder.gate:
                self._definitions.define(name, summary, step_metric)
        except Exception as error:
            self._refusals.add(name, _reason(error))

    def set_primary_metric(self, name: str, mode: str = "min") -> None:
        """Says by which metric runs are compared, and whether the least (min) or the greatest (max) value is best."""
        if self._recorder is None or not self._is_open("the primary metric"):
            return
        try:
            if not _is_name(name, _MAX_NAME):
                raise ValueError("a metric's name has 1 to %d characters, none of them a control character" % _MAX_NAME)
            if _MODES.get(mode) is None:
                raise ValueError("a mode is min or max, not %s" % _brief(mode))
            self._add_update("primaryMetric", {"name": name, "mode": _MODES[mode]}, size=1)
        except Exception as error:
            self._refusals.add("the primary metric", _reason(error))

    def summary(self, values: Mapping[str, Any]) -> None:
        """Sets results of the training, such as its final accuracy."""
        self._update("summary", values)

    def parameters(self, values: Any) -> None:
        """Sets parameters of the training, such as its learning rate.

        ``values`` is a dictionary, an ``argparse.Namespace`` or a dataclass. Dictionaries within it get names with dots.
        """
        self._update("parameters", values)

    def tags(self, values: Mapping[str, Any]) -> None:
        """Sets labels of the run."""
        self._update("tags", values)

    def artifact(self, path: Any, name: str, type: str = "custom") -> None:
        """Stores a file or a folder as the next version of an artifact.

        It is copied to the spool before this returns, so the original may change afterwards; the upload runs in the
        background. ``type``: model, dataset, code, config, checkpoint or custom.
        """
        if self._recorder is None or not self._is_open("the artifact"):
            return
        try:
            self._store(_artifact_of(path, name, type))
        except Exception as error:
            self._refusals.add("the artifact " + _text(name), _reason(error))

    def log_artifact(
        self, artifact: Union[Artifact, str, os.PathLike], name: Optional[str] = None, type: str = "custom"
    ) -> None:
        """Stores an ``Artifact``, or a file or folder by its path, as ``artifact`` does."""
        if not isinstance(artifact, Artifact):
            self.artifact(artifact, _default_name(artifact) if name is None else name, type)
        elif self._recorder is not None and self._is_open("the artifact"):
            try:
                self._store(artifact)
            except Exception as error:
                self._refusals.add("the artifact " + _text(artifact.name), _reason(error))

    def use_artifact(self, name: str, folder: Optional[str] = None) -> str:
        """Downloads an artifact: ``name``, ``name:alias``, ``name:v3`` or ``name:3``. Returns the folder with its files.

        Files are verified by their SHA-256; those in the folder that are right already are not fetched again. Raises
        ``ArtifactError`` when there is no such version or no platform.
        """
        if self._server is None:
            raise ArtifactError("%s: tracking is disabled" % _brief(name))
        return _fetch_artifact(self._server, self._token, name, folder, "artifacts")

    def _store(self, artifact):
        body = {"project": self.project}
        if self._job_id:
            body["jobId"] = self._job_id
        if self._attempt:
            body["attempt"] = self._attempt
        try:
            body["runId"] = str(uuid.UUID(self.id))
        except ValueError:
            pass  # A run's id may be any name; versions refer to runs by UUID.
        folder = self._recorder.folder_for_files()
        self._recorder.add(_artifact_record(artifact, folder, self._refusals, body), 1)

    def watch(self, model: Any, every: int = 100, gradients: bool = True, parameters: bool = False) -> None:
        """Logs the norms of a PyTorch model's gradients, and of its parameters, in each ``every``-th backward pass."""
        if self._recorder is None or not self._is_open("the gradients"):
            return
        try:
            _watch_model(self, model, max(1, int(every)), gradients, parameters)
        except Exception as error:
            self._refusals.add("the gradients", _reason(error))

    @property
    def _process(self):
        """Names this process among those of the run."""
        return "%d-%d" % (self._began, os.getpid())

    def _log_beside(self, values):
        """Logs values at the step that comes next, without counting it."""
        if not self._finished:
            checked = [(key, _metric(value)) for key, value in values.items() if _is_name(key, _MAX_NAME)]
            self._recorder.add_points_beside(checked)

    def flush(self, timeout: float = 30.0) -> Report:
        """Waits until everything logged so far is stored on the platform, or the timeout has elapsed.

        Returns a ``Report``, which is true when nothing is waiting any more.
        """
        if self._recorder is not None and not self._finished:
            end = time.monotonic() + _seconds(timeout, 30.0)
            self._wait_for_snapshots(end - time.monotonic())
            self._send_results()
            self._write_texts()
            self._recorder.flush(max(0.0, end - time.monotonic()))
        return self._report()

    def finish(self, status: Any = "finished") -> Report:
        """Ends the run as finished, failed or interrupted. Another word counts as failed, and is kept.

        Waits while records are being sent and gives up when none could be for a few seconds; unsent records stay in the
        spool: in a job its agent sends them once the platform is available again, otherwise the run's next process or ``flush``.
        In a process that joined the run, or was forked from its process, it only ends this process's part.
        Returns a ``Report``.
        """
        return self._end(status, sends_end=True)

    def _end(self, status, sends_end, longest=None):
        recorder = self._recorder
        if recorder is None or self._finished:
            self._finished = True
            return self._report()
        self._end_snapshots(longest)
        for action in self._before_end:
            action()
        with recorder.gate:
            if self._finished:
                return self._report()
            self._send_results()
            self._write_texts()
            losses = self._refusals.losses(0)
            if losses is not None:
                # What the platform refuses meanwhile is added as it is sent.
                recorder.add(_line({"kind": "update", "body": {"losses": losses}}), 0)
            # Otherwise the run goes on in the process that it was forked from, or that it joined.
            if sends_end and not recorder.is_forked and not self._is_joined:
                recorder.add(_line({"kind": "finish", "body": self._end_of_run(status)}), 0)
            self._finished = True
        if recorder.is_forked:
            recorder.close_worker()
        else:
            recorder.close(self._finish_timeout, longest)
            _withdraw(self.id, self._announcement)
        return self._report()

    def _end_with_process(self, status, is_signal):
        """Ends what a script leaves open. A job's own run ends as the job does."""
        if self._recorder is None or self._finished and not is_signal or not self._recorder.is_of_this_process:
            return
        if is_signal and (self._finished or self.is_forked):
            # The signal may have interrupted its end.
            self._write_texts()
            self._recorder.hasten(self._finish_timeout)
            return
        longest = self._finish_timeout if is_signal else None
        self._end(status, sends_end=not self._ends_with_job, longest=longest)

    def _end_of_run(self, status):
        word = _text(_status_of_code(status) if isinstance(status, int) else status)
        body = {"status": _ENDS.get(word.lower(), "failed")}
        if self._attempt:
            # Sent late, after the job's next attempt began, it must change nothing.
            body["attempt"] = self._attempt
        body["endedAt"] = _now()
        if word.lower() not in ("finished", "failed", "interrupted"):
            body["reason"] = (_valid_name(word) or "")[:_MAX_REASON] or "unknown"
        return body

    def _send_results(self):
        if self._recorder.is_forked:
            return  # It knows only its own values.
        with self._recorder.gate:
            results = self._definitions.take_changes(at_once=True)
        if results:
            self._add_update("summary", results)

    def _report(self):
        return self._recorder.report() if self._recorder is not None else Report(0, self._refusals.count, 0)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.finish("finished" if kind is None else _status_of_exception(kind, error))

    def _is_open(self, what):
        if self._finished:
            self._refusals.add(what, "the run has ended")
        return not self._finished


def _default_name(path):
    return os.path.basename(os.path.normpath(_text(path)))
