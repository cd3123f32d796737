import argparse
import collections
import dataclasses
import datetime
import decimal
import fractions
import json
import random
import time

from support import InProcessTest  # First: it says where the package is.

import platform_sdk as tracking


class Broken:
    """An object of which every method fails."""

    def __str__(self):
        raise RuntimeError("no text")

    def __float__(self):
        raise KeyError("no number")

    def __iter__(self):
        raise ValueError("no items")

    def item(self):
        raise OSError("no item")

    def tolist(self):
        raise MemoryError("no list")


class Array:
    """As those of NumPy and PyTorch."""

    def __init__(self, *content):
        self.content = content

    def item(self):
        if len(self.content) != 1:
            raise ValueError("more than one element")
        return self.content[0]

    def tolist(self):
        return list(self.content)


@dataclasses.dataclass
class Optimizer:
    name: str = "adam"
    lr: float = 0.1


@dataclasses.dataclass
class Config:
    optimizer: Optimizer = dataclasses.field(default_factory=Optimizer)
    layers: tuple = (64, 10)


def plain_values():
    cycle = {}
    cycle["cycle"] = [cycle, cycle]
    inner = {}
    inner["inner"] = inner
    deep = 1
    for _ in range(3000):
        deep = [deep]
    values = [None, True, 0, -1, 2**53, 10**400, 10**5000, 0.5, float("nan"), float("inf"), "", "abc", "0.5", "a\0b", "\ud800"]
    values += ["🎉" * 20000, b"\xff", 1j, decimal.Decimal("0.1"), decimal.Decimal("sNaN"), fractions.Fraction(1, 3), Broken()]
    values += [object, Array(1.5), Array(1, 2), Array(), datetime.datetime.max, datetime.date.min, range(3), len, cycle, deep]
    values += [inner, time.time() * 1000, Config(), Config, argparse.Namespace(a=1), collections.OrderedDict(a=1)]
    return values


class Any_value(InProcessTest):
    def any_value(self, random, depth=0):
        kind = random.randrange(8)
        if kind == 0 and depth < 4:
            return [self.any_value(random, depth + 1) for _ in range(random.randrange(4))]
        if kind == 1 and depth < 4:
            names = ["a", 1, None, "\ud800", "x" * 300, ""]
            return {random.choice(names): self.any_value(random, depth + 1) for _ in range(3)}
        if kind == 2 and depth < 4:
            return (self.any_value(random, depth + 1),)
        return random.choice(self.plain)

    def test_raises_no_exception_and_costs_nothing_else(self):
        self.plain = plain_values()
        for seed in range(2):
            self.platform.runs.clear()
            source = random.Random(seed)

            def some():
                return self.any_value(source)

            run = tracking.init(name=some(), project=some(), parameters=some(), tags=some())
            for i in range(60):
                run.log({"good": i, "odd": some()})
                run.log(some())
                run.log({"odd": 1}, step=some(), stage=some(), at=some())
                run.parameters({"good %d" % i: i, "odd %d" % i: some()})
                run.parameters(some())
                run.summary({"odd": some()})
                run.tags({"odd": some()})
                run.tags(some())
                run.define_metric(some(), some(), some())
                run.set_primary_metric(some(), some())
                run.artifact(some(), some(), some())
                run.log_artifact(some(), some(), some())
                run.watch(some(), some())
            report = run.finish(some())
            self.assertEqual(0, report.waiting, seed)
            (tracked,) = self.platform.runs.values()
            self.assertEqual(list(range(60)), tracked.values("good"))
            self.assertEqual(list(range(60)), [tracked.merged("parameters")["good %d" % i] for i in range(60)])
            self.assertIn(tracked.end["status"], ("finished", "failed", "interrupted"))

    def test_that_is_refused_costs_no_other(self):
        self.platform.refuse = lambda method, path, body: 400 if b'"bad"' in body else None
        run = tracking.init()
        for i in range(500):
            run.log({"before": i})
        run.log({"bad": 1})
        for i in range(500):
            run.log({"after": i})
        self.assertEqual((1000, 1, 0), tuple(run.flush(20)))
        self.assertEqual(1, self.said.getvalue().count("bad is not stored"))


class WhatIsNotStored(InProcessTest):
    def losses(self):
        return [update["losses"] for update in self.platform.run.updates if "losses" in update]

    def test_is_told_at_the_end(self):
        self.platform.refuse = lambda method, path, body: 400 if b'"bad"' in body and path.endswith("/metrics") else None
        run = tracking.init(parameters={"long": "x" * 20000})
        run.log({"good": 1, "word": "no number"})
        run.log({"word": "none\nat all"})
        run.log({"bad": 1})
        report = run.finish()

        (told,) = self.losses()
        self.assertEqual((3, 1), (told["refused"], told["cut"]))
        self.assertEqual(3, report.refused)
        self.assertEqual(3, len(told["notices"]), told["notices"])
        self.assertTrue(told["notices"][0].startswith("long is too long"), told["notices"])
        self.assertTrue(all("\n" not in notice for notice in told["notices"]))
        self.assertIsNotNone(self.platform.run.end)

    def test_is_not_told_when_there_is_none(self):
        tracking.init(parameters={"good": 1}).finish()
        self.assertEqual([], self.losses())

    def test_ends_no_run_on_a_platform_that_does_not_take_it(self):
        self.platform.refuse = lambda method, path, body: 400 if b'"losses"' in body else None
        run = tracking.init()
        run.log({"word": "no number", "good": 1})
        self.assertEqual((1, 1, 0), tuple(run.finish()))
        self.assertEqual("finished", self.platform.run.end["status"])
        self.assertNotIn("refused it", self.said.getvalue())

    def test_is_told_by_the_process_that_sends_the_rest(self):
        self.platform.stop()
        run = tracking.init(run_id="rest", finish_timeout=0.1)
        run.log({"word": "no number", "good": 1})
        run.finish()
        self.platform.start()
        tracking.init(run_id="rest").finish()
        (told,) = self.losses()
        self.assertEqual(1, told["refused"])


class Parameters(InProcessTest):
    def parameters(self, values):
        tracking.init(parameters=values)
        tracking.finish()
        return self.platform.run.merged("parameters")

    def test_that_are_long_are_cut_where_the_platform_counts(self):
        kept = self.parameters({"long": "\u00e9" * 20000, "digits": 10**5000})
        self.assertTrue(8000 < len(kept["long"]) < 8193, len(kept["long"]))
        self.assertTrue(kept["digits"].startswith("0x"))

    def test_beyond_what_a_run_may_have_cost_only_themselves(self):
        known = set()

        def refuse(method, path, body):
            if method == "PATCH":
                keys = set(json.loads(body).get("parameters", ()))
                if len(known | keys) > 10:
                    return 409, b'{"type": "/problems/run.too-many-values"}'
                known.update(keys)

        self.platform.refuse = refuse
        run = tracking.init(parameters={str(i): i for i in range(9)})
        run.parameters({"good": 1, "bad 1": 2, "bad 2": 3})
        self.assertEqual((10, 2, 0), tuple(run.finish()))

    def test_of_options_may_be_anything(self):
        run = tracking.init(finish_timeout="x", spool_dir=5)
        run.log({"a": 1, 5: 2})
        run.flush("x")
        run.finish()
        self.assertEqual([1], self.platform.run.values("a"))
        self.assertIn("5 is not stored: a metric's name is a text, not int", self.said.getvalue())

    def test_within_others_get_names_with_dots(self):
        values = {"model": {"depth": 3, "heads": {"count": 8}}, "empty": {}, "layers": [1, {"a": 2}], 7: {"x": None}}
        wanted = {"model.depth": 3, "model.heads.count": 8, "empty": {}, "layers": [1, {"a": 2}], "7.x": None}
        self.assertEqual(wanted, self.parameters(values))

    def test_come_from_arguments(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float)
        self.assertEqual({"lr": 0.5}, self.parameters(parser.parse_args(["--lr", "0.5"])))

    def test_come_from_dataclasses(self):
        wanted = {"optimizer.name": "adam", "optimizer.lr": 0.1, "layers": [64, 10]}
        self.assertEqual(wanted, self.parameters(Config()))

    def test_that_cannot_be_listed_cost_no_other(self):
        class Unlistable(dict):
            def items(self):
                raise RuntimeError("no items")

        run = tracking.init(parameters={"lr": 0.1, "broken": Unlistable(a=1), "seed": 1})
        run.finish()
        self.assertEqual({"lr": 0.1, "seed": 1}, {k: v for k, v in self.platform.run.merged("parameters").items() if k != "broken"})

    def test_within_themselves_end(self):
        values = {"lr": 0.1}
        values["self"] = values
        self.assertEqual(0.1, self.parameters(values)["lr"])


class Times_and_names(InProcessTest):
    def test_may_be_local_or_not(self):
        run = tracking.init()
        at = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, datetime.timezone(datetime.timedelta(hours=2)))
        run.log({"x": 1}, at=at)
        run.log({"x": 2}, at=at.timestamp())
        run.log({"y": 1}, at=time.time() * 1000)
        run.finish()
        self.assertEqual({"2026-01-02T01:04:05.678901Z"}, {point["at"] for point in self.platform.run.points.values()})
        self.assertEqual([], self.platform.run.values("y"))

    def test_are_made_valid(self):
        tracking.init(name="n" * 300, project="my project/../ünï").log({"loss": 1})
        tracking.finish()
        body = self.platform.run.bodies[0]
        self.assertEqual(("my-project/-n-", "n" * 250), (body["project"], body["name"]))

    def test_of_numbers_that_json_does_not_know_are_kept(self):
        run = tracking.init()
        for value in ("nan", "inf", "-inf"):
            run.log({"loss": float(value)})
        run.finish()
        self.assertEqual(["NaN", "Infinity", "-Infinity"], self.platform.run.values("loss"))
