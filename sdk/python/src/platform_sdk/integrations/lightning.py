"""A logger for PyTorch Lightning: ``Trainer(logger=PlatformLogger(name="digits"))``."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

import platform_sdk


def _base() -> type:
    """The class that Lightning's loggers have; without Lightning a plain one, which has the same hooks."""
    for package in ("lightning.pytorch", "pytorch_lightning"):
        try:
            module = __import__(package + ".loggers.logger", fromlist=["Logger"])
            return module.Logger
        except ImportError:
            continue
    return object


def _on_first_process(method: Any) -> Any:
    """Lightning starts a process for each device; the first one tracks."""

    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        return method(self, *arguments, **options) if self._is_first else None

    call.__doc__ = method.__doc__
    call.__name__ = method.__name__
    return call


class PlatformLogger(_base()):  # type: ignore[misc]
    """Logs Lightning's metrics, hyperparameters and checkpoints to a run.

    Takes what ``init`` takes, or a ``run``. ``log_model``: False; True for the best and last checkpoints at the end.
    """

    def __init__(self, run: Optional[platform_sdk.Run] = None, log_model: bool = False, **options: Any) -> None:
        super().__init__()
        self._run = run
        self._options = options
        self._log_model = log_model
        self._checkpoints: Any = None

    @property
    def _is_first(self) -> bool:
        try:
            from lightning_utilities.core.rank_zero import rank_zero_only

            return getattr(rank_zero_only, "rank", 0) in (0, None)
        except ImportError:
            import os

            return os.environ.get("LOCAL_RANK", "0") == "0" and os.environ.get("RANK", "0") == "0"

    @property
    def experiment(self) -> Optional[platform_sdk.Run]:
        """The run; None in processes that do not track."""
        if self._run is None and self._is_first:
            self._run = platform_sdk.init(**self._options)
        return self._run

    @property
    def name(self) -> Optional[str]:
        """The project."""
        return None if self.experiment is None else self.experiment.project

    @property
    def version(self) -> Optional[str]:
        """The run's id."""
        return None if self.experiment is None else self.experiment.id

    @property
    def save_dir(self) -> Optional[str]:
        """Lightning decides where files lie."""
        return None

    @property
    def root_dir(self) -> Optional[str]:
        """Lightning decides where files lie."""
        return None

    @property
    def log_dir(self) -> Optional[str]:
        """Lightning decides where files lie."""
        return None

    @_on_first_process
    def log_metrics(self, metrics: Mapping[str, float], step: Optional[int] = None) -> None:
        """Logs metrics at Lightning's step."""
        self.experiment.log(metrics, step=step)

    @_on_first_process
    def log_hyperparams(self, params: Any, *arguments: Any, **options: Any) -> None:
        """Sets parameters."""
        self.experiment.parameters(params)

    @_on_first_process
    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """A model's graph is not stored."""

    @_on_first_process
    def watch(self, model: Any, every: int = 100) -> None:
        """Logs the norms of gradients."""
        self.experiment.watch(model, every)

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Notes where checkpoints lie."""
        self._checkpoints = checkpoint_callback

    @_on_first_process
    def save(self) -> None:
        """Nothing waits to be saved."""

    @_on_first_process
    def finalize(self, status: str) -> None:
        """Stores checkpoints. The run goes on, since a test may follow the training; a failure ends it."""
        if self._run is None:
            return
        if self._log_model and self._checkpoints is not None and status == "success":
            paths: Dict[str, None] = {}
            for path in (self._checkpoints.best_model_path, getattr(self._checkpoints, "last_model_path", "")):
                if path:
                    paths[path] = None
            if paths:
                artifact = platform_sdk.Artifact("model-" + self._run.id, "checkpoint")
                for path in paths:
                    artifact.add_file(path)
                self._run.log_artifact(artifact)
        if status not in ("success", "finished"):
            self._run.finish("failed" if status == "failed" else status)
