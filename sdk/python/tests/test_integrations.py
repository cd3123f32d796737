import sys
import types

from support import InProcessTest  # First: it says where the package is.

import platform_sdk as tracking
from platform_sdk.integrations import keras, lightning, transformers


class Checkpoints:
    def __init__(self, best, last):
        self.best_model_path, self.last_model_path = best, last


class Lightnings_logger(InProcessTest):
    def train(self, logger, status="success"):
        """What Lightning's Trainer calls."""
        logger.log_hyperparams({"model": {"lr": 0.1}})
        logger.log_graph(None)
        for step in (10, 20):
            logger.log_metrics({"train_loss": 1 / step, "epoch": 0}, step)
            logger.save()
        logger.after_save_checkpoint(Checkpoints(self.write(b"1", "best.ckpt"), self.write(b"2", "last.ckpt")))
        logger.finalize(status)

    def test_logs_metrics_parameters_and_checkpoints(self):
        logger = lightning.PlatformLogger(name="digits", project="team/digits", log_model=True)
        self.train(logger)
        logger.experiment.log({"test_loss": 1})
        tracking.finish()
        run = self.platform.run
        self.assertEqual(([10, 20], {"model.lr": 0.1}), (run.steps("train_loss"), run.merged("parameters")))
        self.assertEqual(("team/digits", logger.experiment.id), (logger.name, logger.version))
        (version,) = self.platform.versions["model-" + logger.version].values()
        self.assertEqual(["best.ckpt", "last.ckpt"], sorted(file["path"] for file in version["files"]))
        self.assertEqual((["finished"], 1), ([end["status"] for end in run.ends], len(run.steps("test_loss"))))

    def test_ends_the_run_of_a_failure(self):
        self.train(lightning.PlatformLogger(), "failed")
        self.assertEqual("failed", self.platform.run.end["status"])

    def test_takes_a_run(self):
        run = tracking.init(name="mine")
        self.train(lightning.PlatformLogger(run))
        tracking.finish()
        self.assertEqual("mine", self.platform.run.bodies[0]["name"])

    def test_tracks_in_the_first_process_only(self):
        import os

        os.environ["LOCAL_RANK"] = "1"
        logger = lightning.PlatformLogger()
        self.train(logger)
        self.assertEqual((None, []), (logger.experiment, self.platform.requests))

    def test_is_one_of_lightnings(self):
        module = types.ModuleType("lightning.pytorch.loggers.logger")
        module.Logger = type("Logger", (), {})
        names = ("lightning", "lightning.pytorch", "lightning.pytorch.loggers")
        modules = dict({name: types.ModuleType(name) for name in names}, **{module.__name__: module})
        sys.modules.update(modules)
        self.addCleanup(lambda: [sys.modules.pop(name) for name in modules])
        self.assertIs(module.Logger, lightning._base())


class Arguments:
    output_dir = None

    def to_sanitized_dict(self):
        return {"learning_rate": 0.1, "hub_token": "secret", "num_token_ids": 3}


class State:
    def __init__(self, step=0, is_first=True):
        self.global_step, self.is_world_process_zero, self.best_metric = step, is_first, None


class Model:
    class config:
        @staticmethod
        def to_dict():
            return {"hidden_size": 8}


class Trainers_callback(InProcessTest):
    def test_logs_metrics_parameters_results_and_checkpoints(self):
        arguments, callback = Arguments(), transformers.PlatformCallback(name="digits", log_checkpoints=True)
        arguments.output_dir = self.path("out")
        callback.on_train_begin(arguments, State(), None, model=Model)
        callback.on_log(arguments, State(5), None, logs={"loss": 0.5, "learning_rate": 0.1, "note": "text"})
        callback.on_log(arguments, State(5), None, logs={"eval_loss": 0.4, "epoch": 1.0})
        self.write(b"weights", "out", "checkpoint-5", "model.safetensors")
        callback.on_save(arguments, State(5), None)
        state = State(5)
        state.best_metric, state.best_model_checkpoint = 0.4, "checkpoint-5"
        callback.on_train_end(arguments, state, None)
        tracking.finish()
        run = self.platform.run
        self.assertEqual({"learning_rate": 0.1, "num_token_ids": 3, "model.hidden_size": 8}, run.merged("parameters"))
        self.assertEqual(([0.5], [5], [0.4]), (run.values("train/loss"), run.steps("train/loss"), run.values("eval/loss")))
        self.assertEqual({"best_metric": 0.4, "best_checkpoint": "checkpoint-5"}, run.merged("summary"))
        self.assertEqual(1, len(self.platform.versions))

    def test_tracks_in_the_first_process_only(self):
        callback = transformers.PlatformCallback()
        callback.on_train_begin(Arguments(), State(is_first=False), None)
        callback.on_log(Arguments(), State(is_first=False), None, logs={"loss": 1})
        callback.on_save(Arguments(), State(is_first=False), None)
        callback.on_train_end(Arguments(), State(is_first=False), None)
        self.assertEqual([], self.platform.requests)


class Optimizer:
    def get_config(self):
        return {"name": "sgd", "lr": 0.1}


class Keras_callback(InProcessTest):
    def test_logs_epochs_batches_parameters_and_results(self):
        callback = keras.PlatformCallback(every=2, name="digits")
        callback.params = {"epochs": 2}
        callback.model = types.SimpleNamespace(optimizer=Optimizer())
        callback.on_train_begin()
        for epoch in range(2):
            callback.on_epoch_begin(epoch)
            for batch in range(3):
                callback.on_train_batch_end(batch, {"loss": batch})
            callback.on_test_end({"loss": 0.5})
            callback.on_epoch_end(epoch, {"loss": 1, "val_loss": 0.5})
        callback.on_train_end()
        callback.on_test_end({"loss": 0.25})
        tracking.finish()
        run = self.platform.run
        self.assertEqual({"epochs": 2, "optimizer.name": "sgd", "optimizer.lr": 0.1}, run.merged("parameters"))
        self.assertEqual(([1, 2], [0.5, 0.5], [2, 4, 6]), (run.steps("train/loss"), run.values("val/loss"), run.steps("batch/loss")))
        self.assertEqual({"test/loss": 0.25}, run.merged("summary"))
