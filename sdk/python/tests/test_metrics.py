import math
import os
import shutil
import unittest
from unittest import mock

from support import InProcessTest, PlatformTest  # First: it says where the package is.

import platform_sdk as tracking
from platform_sdk import sender, system


class Steps(InProcessTest):
    def test_count_up_from_the_last(self):
        run = tracking.init()
        run.log({"a": 1})
        run.log({"a": 2}, step=7, stage="late")
        run.log({"a": 3})
        run.finish()
        self.assertEqual([1, 7, 8], self.platform.run.steps("a"))


class A_defined_metric(InProcessTest):
    def summary_of(self, *definition):
        run = tracking.init()
        run.define_metric(*definition)
        for value in (3, 1, float("nan"), 2):
            run.log({"val/loss": value, "other": value})
        run.finish()
        return self.platform.run.merged("summary")

    def test_has_its_least_value_as_a_result(self):
        self.assertEqual({"val/loss": 1}, self.summary_of("val/loss", "min"))

    def test_has_its_greatest_value_as_a_result(self):
        self.assertEqual({"val/loss": 3}, self.summary_of("val/*", "max"))

    def test_has_its_last_value_as_a_result(self):
        self.assertEqual({"val/loss": 2, "other": 2}, self.summary_of("*", "last"))

    def test_has_a_summary_that_is_known_or_none(self):
        self.assertEqual({}, self.summary_of("val/loss", "mode"))
        self.assertIn("val/loss is not stored: a summary is one of min, max, last, not mode", self.said.getvalue())

    def test_may_have_another_metric_as_its_step(self):
        run = tracking.init()
        run.define_metric("val/*", step_metric="epoch")
        for epoch in (1, 2):
            run.log({"loss": 1})
            run.log({"loss": 1, "epoch": epoch, "val/loss": 1 / epoch})
        run.log({"epoch": 2.5, "val/loss": 0})
        run.finish()
        self.assertEqual(([1, 2, 3, 4], [2, 4, 5]), (self.platform.run.steps("loss"), self.platform.run.steps("epoch")))
        self.assertEqual([1, 2, 5], self.platform.run.steps("val/loss"))

    def test_is_in_the_summary_while_the_run_goes_on(self):
        run = tracking.init()
        run.define_metric("loss", "min")
        run.log({"loss": 2})
        self.assertTrue(run.flush(20))
        self.assertEqual({"loss": 2}, self.platform.run.merged("summary"))


class The_primary_metric(InProcessTest):
    def test_is_set_with_its_mode(self):
        run = tracking.init()
        run.set_primary_metric("accuracy", "maximize")
        self.assertEqual((1, 0, 0), tuple(run.finish()))
        self.assertEqual([{"primaryMetric": {"name": "accuracy", "mode": "max"}}], self.platform.run.updates)

    def test_has_no_other_mode(self):
        run = tracking.init()
        run.set_primary_metric("accuracy", "up")
        self.assertEqual((0, 1, 0), tuple(run.finish()))

    def test_that_is_refused_is_named(self):
        self.platform.refuse = lambda method, path, body: 400 if b"primaryMetric" in body else None
        run = tracking.init()
        run.set_primary_metric("accuracy", "max")
        self.assertEqual((0, 1, 0), tuple(run.finish()))
        self.assertIn("the primary metric is not stored", self.said.getvalue())


class Tracking(InProcessTest):
    def test_is_enabled_with_an_address(self):
        self.assertTrue(tracking.init().is_enabled)
        self.assertTrue(tracking.enabled())

    def test_is_disabled_without_an_address(self):
        os.environ["PLATFORM_URL"] = ""
        with tracking.init(parameters={"a": 1}) as run:
            run.log({"loss": 1})
            run.artifact("nowhere", "nothing")
            run.define_metric("loss", "min")
            run.set_primary_metric("loss")
            self.assertFalse(tracking.enabled())
            self.assertTrue(run.flush())
            self.assertRaises(tracking.ArtifactError, run.use_artifact, "model")
        self.assertEqual([], self.platform.requests)
        self.assertEqual(1, self.said.getvalue().count("nothing is tracked: set PLATFORM_URL"))

    def test_says_nothing_where_it_is_switched_off(self):
        os.environ.update(PLATFORM_URL="", PLATFORM_DISABLED="1")
        try:
            tracking.init().finish()
        finally:
            del os.environ["PLATFORM_DISABLED"]
        self.assertEqual("", self.said.getvalue())


class An_open_run(InProcessTest):
    def test_says_that_it_goes_on_when_nothing_else_does(self):
        with mock.patch.object(sender, "_HEARTBEAT_INTERVAL", 0.1):
            run = tracking.init()
            self.platform.wait_until(lambda: self.platform.runs and self.platform.run.heartbeats >= 2, "two heartbeats")
            run.finish()
        self.assertIn(("POST", "/api/runs/%s/heartbeat" % run.id, b"{}"), [request[:3] for request in self.platform.requests])
        self.assert_spool_is_empty()

    def test_does_not_mind_when_nobody_knows_heartbeats(self):
        self.platform.refuse = lambda method, path, body: 404 if path.endswith("/heartbeat") else None
        with mock.patch.object(sender, "_HEARTBEAT_INTERVAL", 0.1):
            run = tracking.init()
            self.platform.wait_until(lambda: any(r[1].endswith("/heartbeat") for r in self.platform.requests), "a heartbeat")
            run.log({"loss": 1})
            self.assertTrue(run.finish())
        self.assertEqual("", self.said.getvalue())


class Parameter:
    """As one of PyTorch."""

    def __init__(self, *values):
        self.values = values
        self.hooks = []

    def register_hook(self, hook):
        self.hooks.append(hook)

    def detach(self):
        return self

    def norm(self):
        return math.sqrt(sum(value * value for value in self.values))


class Model:
    def __init__(self):
        self.parameters = {"weight": Parameter(3, 4), "bias": Parameter(2)}

    def named_parameters(self):
        return self.parameters.items()

    def backward(self, **gradients):
        for name, values in gradients.items():
            for hook in self.parameters[name].hooks:
                hook(Parameter(*values))


class A_watched_model(InProcessTest):
    def test_has_the_norms_of_its_gradients_and_parameters_as_metrics(self):
        run, model = tracking.init(), Model()
        run.watch(model, every=2, parameters=True)
        for step in range(3):
            model.backward(weight=(6, 8), bias=(step,))
            run.log({"loss": 1})
        run.finish()
        tracked = self.platform.run
        self.assertEqual([1, 2, 3], tracked.steps("loss"))
        self.assertEqual(([1, 3], [10, 10]), (tracked.steps("gradients/weight"), tracked.values("gradients/weight")))
        self.assertEqual([0, 2], tracked.values("gradients/bias"))
        self.assertEqual([5, 5], tracked.values("parameters/weight"))
        self.assertEqual([10, math.sqrt(104)], tracked.values("gradients/norm"))

    def test_may_leave_parameters_without_gradients(self):
        run, model = tracking.init(), Model()
        run.watch(model, every=1)
        for _ in range(3):
            model.backward(weight=(6, 8))
            run.log({"loss": 1})
        run.finish()
        self.assertEqual([10, 10], self.platform.run.values("gradients/weight"))


class The_system(InProcessTest):
    def test_is_sampled_with_mlflows_names(self):
        os.environ["PLATFORM_SYSTEM_METRICS"] = "1"
        with mock.patch.object(system, "_SAMPLE_INTERVAL", 0.1):
            run = tracking.init()
            run.log({"loss": 1})
            self.platform.wait_until(
                lambda: self.platform.runs and len(self.platform.run.steps("system/system_memory_usage_megabytes")) >= 2,
                "two samples",
            )
            run.log({"loss": 2})
            run.finish()
        tracked = self.platform.run
        self.assertEqual([1, 2], tracked.steps("loss"))
        self.assertEqual([0, 1], tracked.steps("system/system_memory_usage_percentage")[:2])
        self.assertTrue(0 < tracked.values("system/disk_usage_percentage")[0] <= 100)
        self.assertTrue(all(0 <= value <= 100 for value in tracked.values("system/cpu_utilization_percentage")))

    def test_has_what_its_gpus_know(self):
        values = system._gpu_values("0, 50, 1024, 2048, 100.5, 201\n1, [N/A], 0, 2048, [N/A], [N/A]\nodd\n")
        wanted = {
            "gpu_0_utilization_percentage": 50,
            "gpu_0_memory_usage_megabytes": 1073.741824,
            "gpu_0_memory_usage_percentage": 50,
            "gpu_0_power_usage_watts": 100.5,
            "gpu_0_power_usage_percentage": 50,
            "gpu_1_memory_usage_megabytes": 0,
            "gpu_1_memory_usage_percentage": 0,
        }
        self.assertEqual(wanted, values)


class The_environment(PlatformTest):
    def test_is_stored_without_secrets(self):
        self.run_script(
            """
            import subprocess, sys
            if len(sys.argv) == 1:
                more = ["--api-key", "s3cret", "--token=s3cret", "--data", "http://u:s3cret@host/x", "--lr", "0.1"]
                subprocess.check_call([sys.executable, __file__] + more)
            else:
                run = tracking.init()
                print(*run.finish())
            """,
            PLATFORM_ENVIRONMENT="1",
        )
        (update,) = self.platform.run.updates
        environment = update["environment"]
        self.assertNotIn("s3cret", repr(environment))
        wanted = ["--api-key", "***", "--token=***", "--data", "http://***@host/x", "--lr", "0.1"]
        self.assertEqual(wanted, environment["command"][-7:])
        self.assertEqual("3", environment["python"].split(".")[0])
        self.assertIn("host", environment)

    @unittest.skipUnless(shutil.which("git"), "there is no Git here")
    def test_has_the_revision_of_the_code(self):
        self.run_script(
            """
            import subprocess
            def git(*arguments):
                subprocess.check_call(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], stdout=subprocess.DEVNULL)
            git("init", "-b", "main")
            git("add", __file__)
            git("commit", "-m", "Begin")
            tracking.init(name="clean")
            tracking.finish()
            open(__file__, "a").write("# changed")
            tracking.init(name="changed")
            """,
            PLATFORM_ENVIRONMENT="1",
            HOME=self.folder,
        )
        clean, changed = (self.platform.named(name).updates[0]["environment"]["git"] for name in ("clean", "changed"))
        self.assertEqual((40, "main", False), (len(clean["commit"]), clean["branch"], clean["dirty"]))
        self.assertTrue(changed["dirty"])
        self.assertEqual(clean["commit"], changed["commit"])
