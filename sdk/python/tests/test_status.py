import os
import re
import signal

from support import LONG, PlatformTest

JOB = {
    "PLATFORM_JOB_ID": "0199d0f0-0000-7000-8000-000000000001",
    "PLATFORM_RUN_ID": "0199d0f0-0000-7000-8000-000000000002",
    "PLATFORM_ATTEMPT": "1",
    "PLATFORM_PROJECT": "team/digits",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class The_end_of_a_run(PlatformTest):
    def status_after(self, code, exit_code=0):
        self.run_script(code, exit_code)
        return self.platform.run.end["status"]

    def test_is_finished_when_the_script_ends(self):
        self.assertEqual("finished", self.status_after("tracking.init().log({'loss': 1})"))

    def test_is_failed_after_an_exit_with_an_error(self):
        self.assertEqual("failed", self.status_after("import sys; tracking.init(); sys.exit(1)", exit_code=1))

    def test_is_failed_after_an_exit_with_a_message(self):
        self.assertEqual("failed", self.status_after("import sys; tracking.init(); sys.exit('no data')", exit_code=1))

    def test_is_finished_after_an_exit_without_an_error(self):
        self.assertEqual("finished", self.status_after("import sys; tracking.init(); sys.exit(0)"))

    def test_is_failed_after_the_exit_of_the_interpreter_with_an_error(self):
        self.assertEqual("failed", self.status_after("tracking.init(); exit(3)", exit_code=3))

    def test_is_finished_after_an_exit_that_was_caught(self):
        code = """
            import sys
            def main():
                try:
                    sys.exit(2)
                except SystemExit as error:
                    assert error.code == 2
            tracking.init()
            main()
            print("goes on")
            """
        self.assertEqual("finished", self.status_after(code))

    def test_is_failed_when_the_last_exit_had_an_error(self):
        code = """
            import argparse, sys
            tracking.init()
            try:
                argparse.ArgumentParser().parse_args(["--help"])
            except SystemExit:
                pass
            sys.exit(4)
            """
        self.assertEqual("failed", self.status_after(code, exit_code=4))

    def test_is_not_changed_by_the_exit_of_a_thread(self):
        code = """
            import sys, threading
            tracking.init()
            thread = threading.Thread(target=sys.exit, args=(1,))
            thread.start()
            thread.join()
            """
        self.assertEqual("finished", self.status_after(code))

    def test_is_finished_after_an_exit_without_an_error_in_a_with_block(self):
        self.assertEqual("finished", self.status_after("import sys\nwith tracking.init(): sys.exit(0)"))

    def test_is_failed_after_an_exit_with_an_error_in_a_with_block(self):
        self.assertEqual("failed", self.status_after("import sys\nwith tracking.init(): sys.exit(2)", exit_code=2))

    def test_is_failed_after_an_exception(self):
        self.assertEqual("failed", self.status_after("tracking.init(); raise ValueError()", exit_code=1))

    def test_is_failed_after_an_exception_in_a_with_block(self):
        self.assertEqual("failed", self.status_after("with tracking.init(): raise ValueError()", exit_code=1))

    def test_is_interrupted_after_control_c(self):
        self.assertEqual("interrupted", self.status_after_signal(signal.SIGINT))

    def test_is_interrupted_after_a_termination(self):
        self.assertEqual("interrupted", self.status_after_signal(signal.SIGTERM))

    def status_after_signal(self, number):
        process = self.start(
            """
            run = tracking.init()
            run.log({"loss": 1})
            print("ready", flush=True)
            while True:
                pass
            """
        )
        self.assertEqual("ready\n", process.stdout.readline())
        process.send_signal(number)
        self.assertEqual(-number, process.wait(LONG))
        self.assertEqual([1], self.platform.run.values("loss"))
        self.assert_spool_is_empty()
        return self.platform.run.end["status"]

    def test_does_not_keep_a_terminated_process_when_the_platform_is_unavailable(self):
        process = self.start(
            """
            run = tracking.init(finish_timeout=0.3)
            run.log({"loss": 1})
            print("ready", flush=True)
            while True:
                pass
            """
        )
        process.stdout.readline()
        self.platform.stop()
        process.terminate()
        self.assertEqual(-signal.SIGTERM, process.wait(5))

    def test_arrives_whatever_the_signal_interrupts(self):
        for _ in range(5):
            self.platform.runs.clear()
            process = self.start(
                """
                run = tracking.init()
                print("ready", flush=True)
                for i in range(1000000):
                    run.log({"a": i, "\\ud800": 1})
                    if i % 10 == 0:
                        run.flush(0)
                """
            )
            process.stdout.readline()
            self.platform.wait_until(lambda: self.platform.runs and len(self.platform.run.points) > 20, "some points")
            process.terminate()
            self.assertEqual(-signal.SIGTERM, process.wait(LONG))
            self.assertEqual(["interrupted"], [end["status"] for end in self.platform.run.ends])

    def test_is_left_to_a_script_that_handles_its_termination(self):
        process = self.start(
            """
            import signal, sys
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            tracking.init()
            print("ready", flush=True)
            while True:
                pass
            """
        )
        process.stdout.readline()
        process.terminate()
        self.assertEqual(0, process.wait(LONG))
        self.assertEqual("finished", self.platform.run.end["status"])

    def test_keeps_the_word_that_the_script_uses(self):
        self.run_script("tracking.init(); tracking.finish('crashed')")
        self.assertEqual(("failed", "crashed"), (self.platform.run.end["status"], self.platform.run.end["reason"]))

    def test_takes_the_words_of_mlflow_and_exit_codes(self):
        for given, status in (("FINISHED", "finished"), ("KILLED", "interrupted"), (0, "finished"), (1, "failed")):
            self.platform.runs.clear()
            self.run_script("tracking.init(); tracking.finish(%r)" % given)
            self.assertEqual(status, self.platform.run.end["status"], given)

    def test_says_when_it_began_and_ended(self):
        self.run_script("tracking.init(); tracking.finish()")
        started, ended = self.platform.run.bodies[0]["startedAt"], self.platform.run.end["endedAt"]
        self.assertRegex(started, TIME)
        self.assertRegex(ended, TIME)
        self.assertLess(started, ended)
        self.assertNotIn("reason", self.platform.run.end)

    def test_is_sent_once_and_what_follows_is_refused_with_one_line(self):
        output, errors = self.run_script(
            """
            run = tracking.init()
            run.log({"loss": 1})
            run.finish()
            for i in range(3): run.log({"loss": 2})
            print(*run.finish("failed"))
            """
        )
        self.assertEqual("1 3 0\n", output)
        self.assertEqual(1, errors.count("the run has ended"), errors)
        self.assertEqual(["finished"], [end["status"] for end in self.platform.run.ends])

    def test_does_not_end_a_run_that_begins_again(self):
        self.run_script("tracking.init(run_id='a'); tracking.finish()")
        self.run_script("tracking.init(run_id='a'); tracking.finish('failed')")
        run = self.platform.runs["a"]
        self.assertLess(run.ends[0]["endedAt"], run.bodies[1]["startedAt"])
        self.assertEqual(["finished", "failed"], [end["status"] for end in run.ends])


class An_exit(PlatformTest):
    def test_is_what_it_was_for_those_who_catch_it(self):
        self.run_script(
            """
            import pickle, sys
            tracking.init()
            try:
                sys.exit(3)
            except SystemExit as error:
                assert (error.code, error.args, type(error).__name__) == (3, (3,), "SystemExit")
                assert type(pickle.loads(pickle.dumps(error))) is SystemExit
            """
        )
        self.assertEqual("finished", self.platform.run.end["status"])

    def test_is_left_alone_without_a_platform(self):
        self.run_script("import sys; before = sys.exit; tracking.init(); assert sys.exit is before", PLATFORM_URL="")


class A_run_that_is_sent_later(PlatformTest):
    def test_keeps_its_start_and_end(self):
        self.platform.stop()
        self.run_script("tracking.init(finish_timeout=0.2).log({'loss': 1})")
        import datetime

        ended = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.platform.start()
        self.run_script("from platform_sdk import _main; _main(['flush'])")
        run = self.platform.run
        self.assertTrue(run.bodies[0]["startedAt"] < run.end["endedAt"] < ended)
        self.assert_spool_is_empty()

    def kill_offline(self, code, **variables):
        """Kills a script that logs without a platform, and sends what it left later."""
        self.platform.stop()
        code += "\nimport os, signal, sys\nrun._recorder.write_now(20)\nos.kill(os.getpid(), signal.SIGKILL)"
        self.run_script(code, -signal.SIGKILL, **variables)
        (spool,) = [os.path.join(self.spool, name) for name in os.listdir(self.spool) if name.endswith(".jsonl")]
        os.utime(spool, (1_800_000_000, 1_800_000_000))
        self.platform.start()
        _, errors = self.run_script("import sys; sys.exit(tracking._main(['flush']))")
        self.assert_spool_is_empty()
        return errors

    def test_is_interrupted_when_its_process_was_killed_after_its_last_record(self):
        self.kill_offline("run = tracking.init(); run.log({'loss': 1})")
        self.assertEqual([1], self.platform.run.values("loss"))
        self.assertEqual([{"status": "interrupted", "endedAt": "2027-01-15T08:00:00.000000Z"}], self.platform.run.ends)

    def test_stays_as_it_ended_before_its_process_was_killed(self):
        self.kill_offline("run = tracking.init(finish_timeout=0.1); run.log({'loss': 1}); run.finish('failed')")
        self.assertEqual(["failed"], [end["status"] for end in self.platform.run.ends])

    def test_ends_as_its_job_does(self):
        self.kill_offline("run = tracking.init(); run.log({'loss': 1})", **JOB)
        self.assertEqual(([1], []), (self.platform.run.values("loss"), self.platform.run.ends))

    def test_below_the_run_of_a_job_is_interrupted(self):
        self.kill_offline("run = tracking.init(parent='job-run'); run.log({'loss': 1})", **JOB)
        self.assertEqual("interrupted", self.platform.run.end["status"])

    def test_is_not_ended_by_a_process_that_had_joined_it(self):
        owner = '{"run":"other","process":1}'
        self.kill_offline("run = tracking.init(run_id='other'); run.log({'loss': 1})", PLATFORM_RUN_PROCESS=owner)
        self.assertEqual(([1], []), (self.platform.run.values("loss"), self.platform.run.ends))

    def test_that_ended_meanwhile_is_left_alone(self):
        self.platform.refuse = lambda method, path, body: 409 if path.endswith("/finish") else None
        errors = self.kill_offline("run = tracking.init(); run.log({'loss': 1})")
        self.assertEqual(("", [1]), (errors, self.platform.run.values("loss")))

    def test_in_part_is_interrupted_too(self):
        self.kill_offline(
            """
run = tracking.init(finish_timeout=0.1)
from platform_sdk import _Spool
spool = run._recorder._spool
run._recorder.write_now(20)
import platform_sdk
platform_sdk._RESTART_SPOOL_AFTER = 0
spool.acknowledge(spool._end)
run.log({'loss': 1})
"""
        )
        self.assertEqual(([1], "interrupted"), (self.platform.run.values("loss"), self.platform.run.end["status"]))


class A_run_that_goes_on(PlatformTest):
    def test_counts_its_steps_from_the_last(self):
        self.run_script("run = tracking.init(run_id='r')\nfor i in range(5): run.log({'loss': i})")
        self.run_script("run = tracking.init(run_id='r')\nfor i in range(2): run.log({'loss': i})")
        self.assertEqual([1, 2, 3, 4, 5, 6, 7], self.platform.run.steps("loss"))

    def test_counts_them_from_what_a_killed_process_left(self):
        self.platform.stop()
        code = """
            import os, signal
            run = tracking.init(run_id='r')
            run.log({'loss': 1}, step=40)
            run._recorder.write_now(20)
            os.kill(os.getpid(), signal.SIGKILL)
            """
        self.run_script(code, -signal.SIGKILL)
        self.platform.start()
        self.run_script("tracking.init(run_id='r').log({'loss': 1})")
        self.assertEqual([40, 41], self.platform.run.steps("loss"))

    def test_has_the_steps_that_it_is_given(self):
        self.run_script("tracking.init(run_id='r').log({'loss': 1}, step=5)")
        self.run_script("run = tracking.init(run_id='r'); run.log({'loss': 1}, step=3); run.log({'loss': 1})")
        self.assertEqual([3, 4, 5], self.platform.run.steps("loss"))

    def test_begins_at_1_when_nobody_knows_better(self):
        answers = [(200, b"<html>"), (200, b"[]"), (200, b'{"latest":{"loss":{}}}'), (400, b"{}"), (503, b"{}"), (403, b"{}"), (404, b"")]
        for i, answer in enumerate(answers):
            self.platform.refuse = lambda method, path, body: answer if method == "GET" else None
            _, errors = self.run_script("tracking.init(run_id='r%d').log({'loss': 1})" % i)
            self.assertEqual("", errors)
            self.assertEqual([1], self.platform.runs["r%d" % i].steps("loss"))

    def test_does_not_wait_for_a_platform_that_is_not_there(self):
        code = """
            import time
            began = time.monotonic()
            run = tracking.init(run_id='r', finish_timeout=0.1)
            run.log({'loss': 1})
            print(time.monotonic() - began < %s)
            """
        self.platform.hangs.clear()
        self.addCleanup(self.platform.hangs.set)
        self.assertEqual("True\n", self.run_script(code % 4)[0])
        self.platform.stop()
        self.assertEqual("True\n", self.run_script(code % 1)[0])


class In_a_job(PlatformTest):
    def test_the_run_ends_as_the_job_does(self):
        self.run_script("import sys; tracking.init().log({'loss': 1}); sys.exit(1)", exit_code=1, **JOB)
        self.assertEqual([], self.platform.run.ends)
        self.assertEqual([1], self.platform.run.values("loss"))
        self.assert_spool_is_empty()

    def test_the_script_may_end_the_run(self):
        self.run_script("tracking.init(); tracking.finish('failed')", **JOB)
        self.assertEqual(("failed", 1), (self.platform.run.end["status"], self.platform.run.end["attempt"]))

    def test_an_inner_process_joins_the_run_and_does_not_end_it(self):
        self.run_script(
            """
            import subprocess, sys
            if "inner" in sys.argv:
                tracking.init(parameters={"inner": 1}).log({"inner": 1})
                print("inner", bool(tracking.finish()))
            else:
                run = tracking.init(name="outer")
                subprocess.check_call([sys.executable, __file__, "inner"])
                run.log({"outer": 1})
                run.finish()
            """,
            **JOB
        )
        run = self.platform.run
        self.assertEqual(([1], [1], {"inner": 1}), (run.values("inner"), run.values("outer"), run.merged("parameters")))
        self.assertEqual(1, len(run.ends))
        self.assertEqual([True, False], ["startedAt" in body for body in run.bodies])

    def test_an_inner_process_with_another_name_is_a_run_below_it(self):
        self.run_script(
            """
            import subprocess, sys
            if "inner" in sys.argv:
                tracking.init(name="evaluation").log({"inner": 1})
            else:
                run = tracking.init(name="outer")
                subprocess.check_call([sys.executable, __file__, "inner"])
            """,
            **JOB
        )
        inner = self.platform.named("evaluation")
        self.assertEqual(JOB["PLATFORM_RUN_ID"], inner.bodies[0]["parentId"])
        self.assertEqual("finished", inner.end["status"])
        self.assertEqual([], self.platform.runs[JOB["PLATFORM_RUN_ID"]].ends)

    def test_several_runs_are_the_jobs_and_those_below_it(self):
        self.run_script(
            """
            for i in range(3):
                run = tracking.init(name="trial %d" % i, parameters={"lr": i})
                tracking.log({"loss": i})
            tracking.finish()
            tracking.log({"after": 1})
            """,
            **JOB
        )
        first = self.platform.runs[JOB["PLATFORM_RUN_ID"]]
        self.assertEqual(("trial 0", [], [1]), (first.bodies[0]["name"], first.ends, first.values("after")))
        for i in (1, 2):
            run = self.platform.named("trial %d" % i)
            self.assertEqual(JOB["PLATFORM_RUN_ID"], run.bodies[0]["parentId"])
            self.assertEqual((JOB["PLATFORM_JOB_ID"], "team/digits"), (run.bodies[0]["jobId"], run.bodies[0]["project"]))
            self.assertEqual(({"lr": i}, [i]), (run.merged("parameters"), run.values("loss")))
            self.assertEqual("finished", run.end["status"])
            self.assertNotIn("attempt", run.end)

    def test_runs_that_are_finished_one_by_one_are_several(self):
        self.run_script(
            """
            for i in range(3):
                run = tracking.init(name="trial", parameters={"lr": i})
                run.log({"loss": i})
                run.finish()
            """,
            **JOB
        )
        self.assertEqual([{"lr": 0}, {"lr": 1}, {"lr": 2}], [r.merged("parameters") for r in self.platform.runs.values()])

    def test_programs_one_after_the_other_are_several_runs_when_their_names_differ(self):
        for name in ("'train'", "'evaluate'", "'train'", "None"):
            self.run_script("tracking.init(name=%s).log({'loss': 1}); tracking.finish()" % name, **JOB)
        first = self.platform.runs[JOB["PLATFORM_RUN_ID"]]
        self.assertEqual(["train", "train", None], [body.get("name") for body in first.bodies])
        self.assertEqual(JOB["PLATFORM_RUN_ID"], self.platform.named("evaluate").bodies[0]["parentId"])
        self.assertEqual(2, len(self.platform.runs))
        self.run_script("tracking.init(name='evaluate').log({'loss': 1})", **dict(JOB, PLATFORM_ATTEMPT="2"))
        self.assertEqual((2, "evaluate"), (len(self.platform.runs), first.bodies[-1]["name"]))

    def test_a_program_with_the_name_of_the_run_that_started_it_joins_that_run(self):
        self.run_script(
            """
            import subprocess, sys
            if "inner" in sys.argv:
                tracking.init(name="trial").log({"inner": 1})
            else:
                tracking.init()
                tracking.init(name="trial")
                subprocess.check_call([sys.executable, __file__, "inner"])
            """,
            **JOB
        )
        self.assertEqual([1], self.platform.named("trial").values("inner"))
        self.assertEqual(2, len(self.platform.runs))

    def test_a_termination_ends_the_runs_below_the_jobs(self):
        process = self.start(
            """
            tracking.init(name="first")
            tracking.init(name="second").log({"loss": 1})
            print("ready", flush=True)
            while True:
                pass
            """,
            **JOB
        )
        process.stdout.readline()
        process.terminate()
        self.assertEqual(-signal.SIGTERM, process.wait(LONG))
        self.assertEqual("interrupted", self.platform.named("second").end["status"])
        self.assertEqual([], self.platform.named("first").ends)


class Nested_runs(PlatformTest):
    def test_have_the_open_run_as_their_parent_and_leave_it_open(self):
        self.run_script(
            """
            outer = tracking.init(name="outer", project="p/q")
            with tracking.init(name="inner", nested=True):
                tracking.log({"inner": 1})
            tracking.log({"outer": 1})
            """
        )
        outer, inner = self.platform.named("outer"), self.platform.named("inner")
        self.assertEqual(self.platform.id_of(outer), inner.bodies[0]["parentId"])
        self.assertEqual("p/q", inner.bodies[0]["project"])
        self.assertEqual(([1], [1]), (outer.values("outer"), inner.values("inner")))

    def test_may_name_their_parent(self):
        self.run_script(
            """
            first = tracking.init(name="first")
            second = tracking.init(name="second", parent=first)
            tracking.init(name="third", parent=first.id)
            """
        )
        first = self.platform.id_of(self.platform.named("first"))
        self.assertEqual([first] * 2, [self.platform.named(n).bodies[0]["parentId"] for n in ("second", "third")])
        self.assertEqual(["finished"] * 3, [run.end["status"] for run in self.platform.runs.values()])

    def test_follow_each_other_without_a_parent(self):
        self.run_script(
            """
            for i in range(2):
                tracking.init(name="trial %d" % i).log({"loss": i})
            """
        )
        for run in self.platform.runs.values():
            self.assertNotIn("parentId", run.bodies[0])
            self.assertEqual("finished", run.end["status"])
