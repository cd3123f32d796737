"""A callback for Keras: ``model.fit(callbacks=[PlatformCallback(name="digits")])``."""

from __future__ import annotations

from typing import Any, Dict, Optional

import platform_sdk


def _base() -> type:
    """Keras' class for callbacks; without Keras a plain one, which has the same hooks."""
    for package in ("keras", "tensorflow.keras"):
        try:
            module = __import__(package + ".callbacks", fromlist=["Callback"])
            return module.Callback
        except ImportError:
            continue
    return object


class PlatformCallback(_base()):  # type: ignore[misc]
    """Logs Keras' metrics to a run: of each epoch, and of each ``every``-th batch if that is given.

    Takes what ``init`` takes, or a ``run``.
    """

    def __init__(self, run: Optional[platform_sdk.Run] = None, every: int = 0, **options: Any) -> None:
        super().__init__()
        self._run = run
        self._every = every
        self._options = options
        self._batches = 0

    def on_train_begin(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """Begins the run, unless a run was given, and sets its parameters."""
        if self._run is None:
            self._run = platform_sdk.init(**self._options)
        parameters = dict(getattr(self, "params", None) or {})
        optimizer = getattr(getattr(self, "model", None), "optimizer", None)
        if hasattr(optimizer, "get_config"):
            parameters["optimizer"] = optimizer.get_config()
        self._run.parameters(parameters)

    def on_train_batch_end(self, batch: int, logs: Optional[Dict[str, Any]] = None) -> None:
        """Logs the metrics of a batch."""
        self._batches += 1
        if self._every and logs and self._run is not None and self._batches % self._every == 0:
            self._run.log({"batch/" + key: value for key, value in logs.items()}, step=self._batches)

    def on_epoch_end(self, epoch: int, logs: Optional[Dict[str, Any]] = None) -> None:
        """Logs the metrics of an epoch; the first epoch is 1."""
        if logs and self._run is not None:
            self._run.log({_named(key): value for key, value in logs.items()}, step=epoch + 1)

    def on_test_end(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """Sets the results of ``model.evaluate``; those that belong to an epoch are logged with it."""
        if logs and self._run is not None and not self._is_training:
            self._run.summary({"test/" + key: _plain(value) for key, value in logs.items()})

    _is_training = False

    def on_epoch_begin(self, epoch: int, logs: Optional[Dict[str, Any]] = None) -> None:
        """Validation from now on belongs to the epoch."""
        self._is_training = True

    def on_train_end(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """The run goes on, since an evaluation may follow; it ends with the process."""
        self._is_training = False


def _named(key: str) -> str:
    return "val/" + key[4:] if key.startswith("val_") else "train/" + key


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
