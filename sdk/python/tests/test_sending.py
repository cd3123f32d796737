import os
import subprocess
import sys

from support import LONG, SDK, PlatformTest


class A_platform_that_is_unavailable(PlatformTest):
    def test_costs_nothing_and_doubles_nothing(self):
        process = self.start(
            """
            run = tracking.init()
            run.log({"loss": 1})
            print(bool(run.flush(20)), flush=True)
            input()
            for i in range(2, 3001):
                run.log({"loss": i})
            print(bool(run.flush(0.3)), flush=True)
            input()
            run.log({"loss": 3001})
            """
        )
        self.assertEqual("True\n", process.stdout.readline())
        self.platform.stop()
        process.stdin.write("\n")
        process.stdin.flush()
        self.assertEqual("False\n", process.stdout.readline())
        self.platform.start()
        _, errors = process.communicate("\n", timeout=LONG)
        self.assertEqual(list(range(1, 3002)), self.platform.run.values("loss"))
        self.assertEqual(3001, self.platform.run.received)
        self.assertEqual("finished", self.platform.run.end["status"])
        self.assertIn("tracking is available again", errors)
        self.assert_spool_is_empty()

    def test_does_not_hold_up_the_end_when_it_never_answers(self):
        self.platform.hangs.clear()
        self.addCleanup(self.platform.hangs.set)
        output, _ = self.run_script(
            """
            import time
            began = time.monotonic()
            tracking.init(finish_timeout=0.5).log({"loss": 1})
            tracking.finish()
            print(time.monotonic() - began < 9)
            """
        )
        self.assertEqual("True\n", output)

    def test_is_sent_again_what_it_stored_without_an_answer(self):
        self.platform.loses_answers = 3
        self.run_script("tracking.init().log({'loss': 1})")
        self.assertEqual(([1], "finished"), (self.platform.run.values("loss"), self.platform.run.end["status"]))

    def test_is_not_whatever_else_answers_at_its_address(self):
        for answer in ((200, b"<html>sign in</html>"), (200, b""), (404, b"not found"), (404, b"")):
            self.platform.refuse = lambda method, path, body, answer=answer: answer
            process = self.start("run = tracking.init(finish_timeout=0.3); run.log({'loss': 1}); print(tuple(run.finish()))")
            output, _ = process.communicate(timeout=LONG)
            self.assertEqual("(0, 0, 1)\n", output)
        self.assertEqual({}, self.platform.runs)

    def test_gets_what_was_left_on_demand(self):
        self.platform.stop()
        self.run_script("tracking.init(finish_timeout=0.2).log({'loss': 1})")
        self.platform.start()
        command = [sys.executable, os.path.join(SDK, "platform_sdk.py"), "flush"]
        done = subprocess.run(command, env=self.environment(), stderr=subprocess.PIPE, timeout=LONG)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        self.assertEqual([1], self.platform.run.values("loss"))
        self.assert_spool_is_empty()


class A_platform_that_forgot_the_run(PlatformTest):
    def test_is_told_again(self):
        process = self.start(
            """
            run = tracking.init(name="first")
            print(bool(run.flush(20)), flush=True)
            input()
            run.log({"loss": 1})
            """
        )
        process.stdout.readline()
        self.platform.runs.clear()
        process.communicate("\n", timeout=LONG)
        self.assertEqual(("first", [1]), (self.platform.run.bodies[0]["name"], self.platform.run.values("loss")))


class The_address(PlatformTest):
    def test_may_have_a_path(self):
        self.platform.prefix = "/ml"
        self.run_script("tracking.init().log({'loss': 1})", PLATFORM_URL=self.platform.url + "/ml/", PLATFORM_TOKEN="secret")
        self.assertEqual([1], self.platform.run.values("loss"))
        self.assertEqual({"Bearer secret"}, {headers["Authorization"] for *_, headers in self.platform.requests})

    def test_that_is_none_tracks_nothing(self):
        for address in ("http://[bad", "http://127.0.0.1:99999", "http://127.0.0.1:80x", "http://", "foo"):
            _, errors = self.run_script("run = tracking.init(); run.log({'a': 1})\nassert not run.finish().waiting", PLATFORM_URL=address)
            self.assertIn("is not a valid address; nothing is tracked", errors)

    def test_that_cannot_be_encoded_loses_nothing(self):
        code = "run = tracking.init(run_id='r', finish_timeout=0.1); run.log({'a': 1}); print(run.finish().waiting > 0)"
        output, _ = self.run_script(code, PLATFORM_URL="http://%s.example" % ("a" * 80))
        self.assertEqual("True\n", output)
        self.run_script("tracking.init(run_id='r')")
        self.assertEqual([1], self.platform.run.values("a"))

    def test_may_have_a_token_with_a_line_end(self):
        self.run_script("tracking.init().log({'a': 1})", PLATFORM_TOKEN="secret\n")
        self.assertEqual({"Bearer secret"}, {headers["Authorization"] for *_, headers in self.platform.requests})

    def test_is_sent_nothing_that_is_no_token(self):
        _, errors = self.run_script("tracking.init().log({'a': 1})", PLATFORM_TOKEN="two words")
        self.assertNotIn("two words", errors)
        self.assertTrue(all("Authorization" not in headers for *_, headers in self.platform.requests))

    def test_that_is_none_is_named(self):
        _, errors = self.run_script("tracking.init().log({'loss': 1})", PLATFORM_URL="platform:5000")
        self.assertIn("PLATFORM_URL platform:5000 is not a valid address; nothing is tracked", errors)


class The_command(PlatformTest):
    def test_says_how_it_is_used(self):
        command = [sys.executable, "-m", "platform_sdk", "run"]
        done = subprocess.run(command, cwd=os.path.join(SDK, "src"), stderr=subprocess.PIPE, env=self.environment())
        self.assertEqual(2, done.returncode)
        self.assertIn(b"usage: ", done.stderr)
