"""Tracks a training on the platform: metrics, parameters, results, artifacts.

No dependencies, Python 3.8 or newer. Copy the single file beside the training script, ship it in the job's ``files``, or
install the package::

    import platform_sdk as tracking

    run = tracking.init(name="digits", parameters={"lr": 0.1})
    for epoch in range(1, 21):
        run.log({"loss": loss, "accuracy": accuracy}, step=epoch)
    run.summary({"accuracy": accuracy})
    run.artifact("outputs/model.pt", name="digits-model", type="model")
    run.finish()

Inside a job nothing needs to be configured. ``PLATFORM_URL``, ``PLATFORM_TOKEN``, ``PLATFORM_JOB_ID``, ``PLATFORM_ATTEMPT``,
``PLATFORM_RUN_ID`` and ``PLATFORM_PROJECT`` define where and what to track. Without ``PLATFORM_URL``, or with
``PLATFORM_DISABLED=1``, every call does nothing.

No call raises an exception because of what it is given: what can't be stored is left out alone, said once on stderr and
counted. No call fails or waits because the platform is unavailable. Records go from memory to a spool on disk
(``PLATFORM_SPOOL_DIR``) and from there to the platform, by threads in the background: now, when the platform is available
again, or when the run's next process calls ``init``. A job's unsent records are sent by its agent. Points keep their step and
time, by which the platform recognizes them, so nothing is stored twice. ``python3 platform_sdk.py flush`` sends the unsent
records of processes that have ended.
"""

from .artifacts import Artifact, ArtifactError
from .functions import (
    artifact,
    define_metric,
    enabled,
    finish,
    flush,
    init,
    log,
    log_artifact,
    log_file,
    log_histogram,
    log_image,
    log_table,
    log_text,
    parameters,
    set_primary_metric,
    snapshot,
    summary,
    tags,
    use_artifact,
    watch,
)
from .log_handler import LogHandler
from .notices import Report
from .tracked_run import Run

__all__ = [
    "Artifact",
    "ArtifactError",
    "LogHandler",
    "Report",
    "Run",
    "artifact",
    "define_metric",
    "enabled",
    "finish",
    "flush",
    "init",
    "log",
    "log_artifact",
    "log_file",
    "log_histogram",
    "log_image",
    "log_table",
    "log_text",
    "parameters",
    "set_primary_metric",
    "snapshot",
    "summary",
    "tags",
    "use_artifact",
    "watch",
]
