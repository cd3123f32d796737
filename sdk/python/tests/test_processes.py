import os
import signal
import unittest

from support import LONG, PlatformTest

JOB = {"PLATFORM_JOB_ID": "0199d0f0-0000-7000-8000-000000000001", "PLATFORM_RUN_ID": "job-run", "PLATFORM_ATTEMPT": "1"}


@unittest.skipUnless(hasattr(os, "fork"), "there is no fork here")
class A_forked_process(PlatformTest):
    def assert_logged_once(self, key, values):
        self.assertEqual(sorted(values), sorted(self.platform.run.values(key)))
        self.assert_spool_is_empty()

    def test_logs_points_that_arrive(self):
        self.run_script(
            """
            import multiprocessing
            def work():
                tracking.log({"worker": 1})
                tracking.summary({"worker": 2})
            run = tracking.init()
            run.log({"main": 1})
            process = multiprocessing.get_context("fork").Process(target=work)
            process.start()
            process.join()
            run.log({"main": 2})
            """
        )
        self.assert_logged_once("worker", [1])
        self.assertEqual([1, 2], self.platform.run.values("main"))
        self.assertEqual({"worker": 2}, self.platform.run.merged("summary"))
        self.assertEqual(1, len(self.platform.run.ends))

    def test_logs_points_that_arrive_though_it_ends_at_once(self):
        self.run_script(
            """
            import os
            run = tracking.init()
            run.log({"main": 1})
            for i in range(20):
                child = os.fork()
                if child == 0:
                    run.log({"worker": i})
                    os._exit(0)
                os.waitpid(child, 0)
            """
        )
        self.assert_logged_once("worker", range(20))
        self.assertEqual([1], self.platform.run.values("main"))

    def test_is_not_stopped_by_what_other_threads_hold(self):
        self.run_script(
            """
            import os, threading
            run = tracking.init()
            stop = threading.Event()
            def log_on(i):
                for _ in range(20000):
                    run.log({"thread %d" % i: 1, "\\ud800": 1})
                    if stop.is_set(): break
            threads = [threading.Thread(target=log_on, args=(i,)) for i in range(3)]
            for thread in threads: thread.start()
            for i in range(30):
                child = os.fork()
                if child == 0:
                    run.log({"worker": i, "\\ud801": 1})
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
            stop.set()
            for thread in threads: thread.join()
            """
        )
        self.assert_logged_once("worker", range(30))

    def test_is_terminated_before_it_knows_that_it_was_forked(self):
        self.run_script(
            """
            import os, signal, sys, threading
            os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))
            del sys.modules["platform_sdk"]
            import platform_sdk as tracking
            run = tracking.init()
            holds, may_end = threading.Event(), threading.Event()
            def hold():
                with run._recorder.gate:
                    holds.set()
                    may_end.wait()
            thread = threading.Thread(target=hold)
            thread.start()
            holds.wait()
            child = os.fork()
            assert os.waitpid(child, 0)[1] == signal.SIGTERM
            may_end.set()
            thread.join()
            run.log({"main": 1})
            """
        )
        self.assert_logged_once("main", [1])
        self.assertEqual(["finished"], [end["status"] for end in self.platform.run.ends])

    def test_does_not_end_the_run(self):
        self.run_script(
            """
            import os, sys
            run = tracking.init()
            child = os.fork()
            if child == 0:
                run.log({"worker": 1})
                assert run.finish("failed")
                sys.exit(1)
            os.waitpid(child, 0)
            run.log({"main": 1})
            """
        )
        self.assertEqual(["finished"], [end["status"] for end in self.platform.run.ends])
        self.assertEqual([1], self.platform.run.values("main"))
        self.assert_logged_once("worker", [1])

    def test_does_not_end_the_run_when_it_is_terminated(self):
        process = self.start(
            """
            import multiprocessing, os, time
            run = tracking.init()
            def work():
                run.log({"worker": 1})
                run.log({"worker": 2})
                os.kill(os.getppid(), 0)
                print("logged", flush=True)
                time.sleep(60)
            worker = multiprocessing.get_context("fork").Process(target=work)
            worker.start()
            input()
            worker.terminate()
            worker.join()
            print("code", worker.exitcode, flush=True)
            """
        )
        self.assertEqual("logged\n", process.stdout.readline())
        output, errors = process.communicate("\n", timeout=LONG)
        self.assertEqual("code -15\n", output, errors)
        self.assertEqual(["finished"], [end["status"] for end in self.platform.run.ends])
        self.assert_logged_once("worker", [1, 2])

    def test_stores_artifacts_and_waits_for_its_own_points(self):
        self.run_script(
            """
            import os
            run = tracking.init()
            child = os.fork()
            if child == 0:
                run.log({"worker": 1})
                run.artifact(__file__, name="code")
                report = run.flush(20)
                os._exit(0 if tuple(report) == (2, 0, 0) else 1)
            assert os.waitpid(child, 0)[1] == 0
            """
        )
        self.assertEqual(["code"], list(self.platform.versions))

    def test_joins_the_run_when_it_begins_to_track(self):
        self.run_script(
            """
            import multiprocessing
            def work():
                assert tracking.init(name="training", parameters={"worker": 1}).id == run.id
                tracking.log({"worker": 1})
            run = tracking.init(name="training")
            process = multiprocessing.get_context("fork").Process(target=work)
            process.start()
            process.join()
            assert process.exitcode == 0
            """
        )
        self.assertEqual({"worker": 1}, self.platform.run.merged("parameters"))
        self.assertEqual(1, len(self.platform.run.ends))

    def test_may_begin_a_run_of_its_own(self):
        self.run_script(
            """
            import multiprocessing
            def work():
                tracking.init(name="trial").log({"worker": 1})
                tracking.finish("failed")
            run = tracking.init(name="search")
            process = multiprocessing.get_context("fork").Process(target=work)
            process.start()
            process.join()
            """
        )
        self.assertEqual([1], self.platform.named("trial").values("worker"))
        self.assertEqual("failed", self.platform.named("trial").end["status"])
        self.assertEqual("finished", self.platform.named("search").end["status"])

    def test_sends_what_it_logged_while_the_platform_was_unavailable(self):
        process = self.start(
            """
            import os
            run = tracking.init(finish_timeout=20)
            run.log({"main": 1})
            assert run.flush(20)
            print("sent", flush=True)
            input()
            child = os.fork()
            if child == 0:
                run.log({"worker": 1})
                os._exit(0)
            os.waitpid(child, 0)
            print("ended", flush=True)
            input()
            """
        )
        self.assertEqual("sent\n", process.stdout.readline())
        self.platform.stop()
        process.stdin.write("\n")
        process.stdin.flush()
        self.assertEqual("ended\n", process.stdout.readline())
        self.platform.start()
        process.communicate("\n", timeout=LONG)
        self.assert_logged_once("worker", [1])


class Workers_of_multiprocessing(PlatformTest):
    CODE = """
        import multiprocessing, sys
        def work(i):
            tracking.log({"worker": i})
            return i
        if __name__ == "__main__":
            run = tracking.init(name="training", **dict(%s))
            run.log({"main": 1})
            context = multiprocessing.get_context("%s")
            with context.Pool(3) as pool:
                assert sum(pool.map(work, range(30), chunksize=1)) == 435
                %s
        """
    CLOSE = "pool.close(); pool.join()"

    def assert_all_arrived(self, run=None):
        run = run or self.platform.run
        self.assertEqual(list(range(30)), sorted(run.values("worker")))
        self.assertEqual(1, len(run.ends))
        self.assert_spool_is_empty()

    def test_that_are_spawned_log_to_the_run(self):
        self.run_script(self.CODE % ("", "spawn", self.CLOSE))
        self.assert_all_arrived()

    def test_that_are_spawned_and_terminated_log_to_the_run(self):
        self.run_script(self.CODE % ("", "spawn", ""))
        self.assert_all_arrived()

    def test_that_a_server_forks_log_to_the_run(self):
        self.run_script(self.CODE % ("", "forkserver", self.CLOSE))
        self.assert_all_arrived()

    def test_that_are_forked_log_to_the_run(self):
        self.run_script(self.CODE % ("", "fork", self.CLOSE))
        self.assert_all_arrived()

    def test_that_are_forked_and_terminated_log_to_the_run(self):
        self.run_script(self.CODE % ("", "fork", ""))
        self.assert_all_arrived()

    def test_use_the_address_that_the_script_gave(self):
        options = "url=%r, token='secret', run_id='given', spool_dir=%r" % (self.platform.url, self.spool)
        self.run_script(self.CODE % (options, "spawn", self.CLOSE), PLATFORM_URL="", PLATFORM_SPOOL_DIR="")
        self.assert_all_arrived(self.platform.runs["given"])
        self.assertEqual({"Bearer secret"}, {headers["Authorization"] for *_, headers in self.platform.requests})

    def test_log_to_the_run_of_the_job(self):
        self.run_script(self.CODE % ("", "spawn", self.CLOSE + "; run.finish()"), **JOB)
        self.assert_all_arrived(self.platform.runs["job-run"])

    def test_of_executors_log_to_the_run(self):
        self.run_script(
            """
            import concurrent.futures
            def work(i):
                tracking.log({"worker": i})
            if __name__ == "__main__":
                tracking.init()
                with concurrent.futures.ProcessPoolExecutor(2) as executor:
                    list(executor.map(work, range(30)))
            """
        )
        self.assert_all_arrived()

    def test_that_log_nothing_cost_nothing(self):
        self.run_script(
            """
            import multiprocessing, os, signal, threading
            def work(_):
                spools = [n for n in os.listdir(os.environ["PLATFORM_SPOOL_DIR"]) if n.endswith("jsonl")]
                # A handler would not run while the worker waits for work.
                return threading.active_count(), len(spools), signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
            tracking.init()
            with multiprocessing.get_context("fork").Pool(2) as pool:
                assert set(pool.map(work, range(8))) == {(1, 1, True)}, pool.map(work, range(8))
            """
        )
        self.assertEqual(1, len(self.platform.run.bodies))


class A_notebook(PlatformTest):
    """One process that begins runs again and again."""

    def test_tracks_a_run_of_its_own_each_time(self):
        self.run_script(
            """
            for i in range(3):
                run = tracking.init(parameters={"lr": i})
                run.log({"loss": i})
            """
        )
        self.assertEqual([[0], [1], [2]], [run.values("loss") for run in self.platform.runs.values()])
        self.assertEqual(["finished"] * 3, [run.end["status"] for run in self.platform.runs.values()])

    def test_leaves_no_thread_and_no_file_of_runs_that_have_ended(self):
        self.run_script(
            """
            import os, threading
            for i in range(20):
                tracking.init().log({"loss": i})
                tracking.finish()
            assert threading.active_count() == 1, threading.enumerate()
            assert len(os.listdir("/proc/self/fd")) < 12, os.listdir("/proc/self/fd")
            """
        )
        self.assert_spool_is_empty()

    def test_sends_earlier_records_of_the_same_run_first(self):
        process = self.start(
            """
            tracking.init(finish_timeout=0.2).log({"loss": 1})
            tracking.finish("failed")
            print("left", flush=True)
            input()
            tracking.init().log({"loss": 2}, step=2)
            tracking.finish()
            """,
            PLATFORM_RUN_ID="again",
        )
        self.platform.stop()
        self.assertEqual("left\n", process.stdout.readline())
        self.platform.start()
        process.communicate("\n", timeout=LONG)
        self.assertEqual([1, 2], self.platform.run.values("loss"))
        self.assertEqual(["failed", "finished"], [end["status"] for end in self.platform.run.ends])


class A_killed_process(PlatformTest):
    def test_has_its_points_sent_by_another_process_of_the_run_while_that_goes_on(self):
        first = self.start("tracking.init().log({'first': 1}); tracking.flush(20); print('on', flush=True); input()", **JOB)
        self.assertEqual("on\n", first.stdout.readline())
        second = self.start(
            """
            import os, signal
            run = tracking.init()
            run.flush(20)
            print("on", flush=True)
            input()
            run.log({"second": 1})
            run._recorder.write_now(20)
            os.kill(os.getpid(), signal.SIGKILL)
            """,
            **JOB
        )
        self.assertEqual("on\n", second.stdout.readline())
        self.platform.stop()
        second.communicate("\n", timeout=LONG)
        self.assertEqual(-signal.SIGKILL, second.returncode)
        self.platform.start()
        self.platform.wait_until(lambda: self.platform.run.values("second") == [1], "the points of the killed process")
        first.communicate("\n", timeout=LONG)
        self.assert_spool_is_empty()
