"""A callback for Hugging Face's Trainer: ``Trainer(callbacks=[PlatformCallback(name="digits")])``."""

from __future__ import annotations

from typing import Any, Dict, Optional

import platform_sdk


def _base() -> type:
    """Trainer's class for callbacks; without transformers a plain one, which has the same hooks."""
    try:
        from transformers import TrainerCallback

        return TrainerCallback
    except ImportError:
        return object


class PlatformCallback(_base()):  # type: ignore[misc]
    """Logs the Trainer's metrics, arguments and checkpoints to a run.

    Takes what ``init`` takes, or a ``run``. ``log_checkpoints`` stores each checkpoint as a version of an artifact.
    """

    def __init__(self, run: Optional[platform_sdk.Run] = None, log_checkpoints: bool = False, **options: Any) -> None:
        super().__init__()
        self._run = run
        self._is_own = run is None
        self._options = options
        self._log_checkpoints = log_checkpoints

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **more: Any) -> None:
        """Begins the run, unless a run was given, and sets its parameters."""
        run = self._begin(state)
        if run is None:
            return
        run.parameters(_dictionary_of(args))
        config = getattr(model, "config", None)
        if config is not None:
            run.parameters({"model": _dictionary_of(config)})

    def on_log(self, args: Any, state: Any, control: Any, logs: Optional[Dict[str, Any]] = None, **more: Any) -> None:
        """Logs metrics at the Trainer's step."""
        run = self._begin(state)
        if run is not None and logs:
            run.log(_named(logs), step=state.global_step)

    def on_save(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """Stores a checkpoint."""
        if self._run is None or not self._log_checkpoints or not state.is_world_process_zero:
            return
        folder = "%s/checkpoint-%d" % (args.output_dir, state.global_step)
        self._run.artifact(folder, "checkpoint-" + self._run.id, "checkpoint")

    def on_train_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """Sets results. The run goes on, since an evaluation may follow; it ends with the process."""
        best = getattr(state, "best_metric", None)
        if self._run is not None and best is not None:
            self._run.summary({"best_metric": best, "best_checkpoint": getattr(state, "best_model_checkpoint", None)})

    def _begin(self, state: Any) -> Optional[platform_sdk.Run]:
        if self._run is None and self._is_own and getattr(state, "is_world_process_zero", True):
            self._run = platform_sdk.init(**self._options)
        return self._run


def _dictionary_of(values: Any) -> Any:
    """Arguments without secrets: the Trainer's own ``to_sanitized_dict`` where there is one."""
    for method in ("to_sanitized_dict", "to_dict"):
        if hasattr(values, method):
            values = getattr(values, method)()
            break
    if isinstance(values, dict):
        return {key: value for key, value in values.items() if "token" not in str(key).lower() or isinstance(value, (int, float))}
    return values


def _named(logs: Dict[str, Any]) -> Dict[str, Any]:
    """Groups by what was measured: ``eval_loss`` is ``eval/loss`` and ``loss`` is ``train/loss``."""
    named = {}
    for key, value in logs.items():
        if not isinstance(value, (int, float)) and not hasattr(value, "item"):
            continue
        group = next((group for group in ("eval", "test") if key.startswith(group + "_")), None)
        named["%s/%s" % (group, key[len(group) + 1 :]) if group else "train/" + key] = value
    return named
