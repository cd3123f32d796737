import logging
import socket
import threading
import time
from unittest import mock

from support import InProcessTest, PlatformTest  # First: it says where the package is.

import platform_sdk as tracking
from platform_sdk import client, console


def text_of(run, name):
    """The parts of a text in their order."""
    items = sorted((i for i in run.media.values() if i["key"] == name), key=lambda i: (i["at"], i["step"]))
    assert all(item["kind"] == "text" for item in items)
    return b"".join(run.files[item["path"]] for item in items).decode()


class A_text(InProcessTest):
    def setUp(self):
        super().setUp()
        self.tracked = tracking.init()

    def text(self, name):
        self.tracked.finish()
        return text_of(self.platform.run, name)

    def test_is_stored_in_parts_that_never_change(self):
        self.tracked.log_text("first")
        self.tracked.log_text("é🎉\n")
        self.tracked.flush(20)
        self.tracked.log_text("second")
        self.tracked.log_text("other", name="notes")
        self.assertEqual("first\né🎉\nsecond\n", self.text("log"))
        self.assertEqual(3, len(self.platform.run.files))
        self.assertTrue(all(path.startswith("logs/") for path in self.platform.run.files))
        self.assert_spool_is_empty()

    def test_is_stored_while_the_run_goes_on(self):
        self.tracked.log_text("first")
        self.platform.wait_until(lambda: self.platform.runs and self.platform.run.media, "the text")

    def test_keeps_names_apart_that_are_the_same_in_a_path(self):
        for name in ("a b", "a-b", "日志", "图片"):
            self.tracked.log_text(name, name=name)
        self.tracked.finish()
        self.assertEqual(["a b\n", "a-b\n", "日志\n", "图片\n"], [self.text(name) for name in ("a b", "a-b", "日志", "图片")])

    def test_that_is_none_is_refused_alone(self):
        for text, name in (("x" * (17 << 20), "log"), ("a", "bad\nname"), ("a", ["no name"]), ("a", "")):
            self.tracked.log_text(text, name)
        self.tracked.log_text(7)
        self.assertEqual((1, 4, 0), tuple(self.tracked.finish()))
        self.assertEqual("7\n", self.text("log"))

    def test_takes_what_a_program_logs(self):
        logger = logging.getLogger("tests")
        handler = tracking.LogHandler(level=logging.INFO)
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        self.addCleanup(logger.removeHandler, handler)
        logger.info("loss %.1f", 0.5)
        logger.debug("hidden")
        self.assertEqual("loss 0.5\n", self.text("log"))
        logger.info("after the end")
        self.assertEqual((1, 0, 0), tuple(self.tracked.finish()))


class A_file_of_a_run(InProcessTest):
    def test_is_stored_as_it_was(self):
        run = tracking.init()
        path = self.write(b"lr: 0.1", "config.yaml")
        run.log_file(path)
        run.log_file(path, name="configs/a #1?.yaml")
        self.write(b"changed", "config.yaml")
        self.assertEqual((2, 0, 0), tuple(run.finish()))
        self.assertEqual({"config.yaml": b"lr: 0.1", "configs/a #1?.yaml": b"lr: 0.1"}, self.platform.run.files)
        self.assert_spool_is_empty()

    def test_may_be_a_folder(self):
        run = tracking.init()
        self.write(b"a", "plots", "a.svg")
        self.write(b"b" * (5 << 20), "plots", "more", "b.svg")
        run.log_file(self.path("plots"))
        run.log_file(self.path("plots"), "other")
        self.assertEqual((4, 0, 0), tuple(run.finish()))
        names = ["other/a.svg", "other/more/b.svg", "plots/a.svg", "plots/more/b.svg"]
        self.assertEqual(names, sorted(self.platform.run.files))
        self.assertEqual(b"b" * (5 << 20), self.platform.run.files["plots/more/b.svg"])

    def test_that_is_none_is_refused_alone(self):
        run = tracking.init()
        path = self.write(b"a", "a")
        for odd, name in (("nowhere", None), (None, None), (path, "../a"), (path, ""), ("/dev/zero", None), (path, "a\nb"), ("", None), ("\ud800", None)):
            run.log_file(odd, name)
        self.assertEqual((0, 8, 0), tuple(run.finish()))
        self.assertEqual([], list(self.platform.run.files) if self.platform.runs else [])

    def test_that_the_platform_refuses_costs_no_other(self):
        run = tracking.init()
        self.platform.refuse = lambda method, path, body: (409, b'{"code":"run-file.folder-or-file"}') if path.endswith("/a") else None
        path = self.write(b"a", "a")
        run.log_file(path)
        run.log_file(path, "b")
        self.assertEqual((1, 1, 0), tuple(run.finish()))
        self.assertIn("a is not stored: the platform refused it: 409: {\"code\":\"run-file.folder-or-file\"}", self.said.getvalue())
        self.assert_spool_is_empty()


    def test_that_is_refused_before_it_was_sent_costs_no_other(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def refuse():
            connection, _ = server.accept()
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 409 Conflict\r\nContent-Length: 15\r\n\r\n{\"code\":\"late\"}")
            connection.shutdown(socket.SHUT_WR)
            time.sleep(0.2)  # The answer arrives before what resets the connection.
            connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        self.addCleanup(thread.join)
        sender = client._Client("http://127.0.0.1:%d" % server.getsockname()[1], None)
        path = self.write(bytes(64 << 20), "large")
        with self.assertRaisesRegex(Exception, "409: .*late"):
            sender.put_file("/files/large", path, "0" * 64, lambda: None)


class What_is_printed(PlatformTest):
    CODE = """
        import sys
        tracking.init(capture_console=True, tqdm_mode=%r)
        print("begin")
        for i in range(5):
            print("\\r%%d/4" %% i, end="", file=sys.stderr)
        print(file=sys.stderr)
        print("unfinished", end="")
        """

    def printed(self, mode):
        output, errors = self.run_script(self.CODE % mode)
        self.assertEqual("begin\nunfinished", output)
        self.assertEqual(["0/4", "1/4", "2/4", "3/4", "4/4"], errors.split()[-5:])
        return sorted(text_of(self.platform.run, "console").split())

    def test_has_the_end_of_progress_bars(self):
        self.assertEqual(["4/4", "begin", "unfinished"], self.printed("last"))

    def test_may_have_no_progress_bars(self):
        self.assertEqual(["begin", "unfinished"], self.printed("off"))

    def test_has_the_end_of_progress_bars_in_a_mode_that_is_none(self):
        self.assertEqual(["4/4", "begin", "unfinished"], self.printed("smart"))

    def test_is_left_alone_after_the_end(self):
        self.run_script(
            """
            import sys
            before = sys.stdout
            run = tracking.init(capture_console=True)
            captured = sys.stdout
            run.finish()
            assert sys.stdout is before
            captured.write("later")
            assert tuple(run.flush()) == (0, 0, 0)
            """
        )

    def test_has_no_notices_of_tracking(self):
        _, errors = self.run_script("tracking.init(capture_console=True).log({'a': None})\nprint('x')")
        self.assertIn("a is not stored", errors)
        self.assertEqual("x\n", text_of(self.platform.run, "console"))

    def test_in_a_forked_process_is_kept_once(self):
        self.run_script(
            """
            import multiprocessing, os
            run = tracking.init(capture_console=True)
            print("before", flush=True)
            print("begun ", end="", flush=True)
            process = multiprocessing.get_context("fork").Process(target=print, args=("worker",))
            process.start()
            process.join()
            child = os.fork()
            if child == 0:
                print("killed", flush=True)
                os._exit(0)
            os.waitpid(child, 0)
            print("after")
            """
        )
        text = text_of(self.platform.run, "console")
        self.assertEqual(["before", "begun after", "killed", "worker"], sorted(text.splitlines()))

    def test_is_stored_once_after_a_kill(self):
        process = self.start(
            """
            import time
            tracking.init(run_id="killed", capture_console=True)
            print("one")
            tracking.log_image("a", [[1]])
            print("waits", flush=True)
            time.sleep(60)
            """
        )
        self.platform.hangs.clear()
        self.addCleanup(self.platform.hangs.set)
        self.assertEqual("one\n", process.stdout.readline())
        self.platform.hangs.set()
        self.platform.wait_until(
            lambda: self.platform.runs and len(self.platform.run.media) == 2, "the image and the text"
        )
        process.kill()
        process.wait()
        self.run_script("tracking.init(run_id='killed')")
        self.assertEqual(("one\nwaits\n", 2), (text_of(self.platform.run, "console"), len(self.platform.run.files)))
        self.assert_spool_is_empty()


class Progress_bars(InProcessTest):
    def lines(self, *texts, mode="last"):
        lines = []
        printed = console._Printed(lines.append, mode)
        for text in texts:
            printed.feed(text)
        printed.end()
        return lines

    def test_one_after_the_other_are_kept_with_their_ends(self):
        texts = ["\rA 0", "\rA 1", "\rA 2", "\n", "\rB 0", "\rB 1", "\n", "done\n"]
        self.assertEqual(["A 2", "B 1", "done"], self.lines(*texts))
        self.assertEqual(["done"], self.lines(*texts, mode="off"))

    def test_that_have_ended_are_kept_before_the_next_one_ends(self):
        lines = []
        printed = console._Printed(lines.append, "last")
        for text in ("\rA 0", "\rA 1", "\n", "\rB 0", "\rB 1"):
            printed.feed(text)
        self.assertEqual(["A 1"], lines)

    def test_within_others_are_drawn_over(self):
        texts = ["\router 0/2"]
        for i in range(2):
            for j in range(3):
                texts += ["\n", "\rinner %d/3" % j, "\x1b[A"]
            texts += ["\n", "\r         ", "\r", "\x1b[A", "\router %d/2" % (i + 1)]
        self.assertEqual(["outer 2/2"], self.lines(*texts, "\n"))

    def test_make_way_for_lines(self):
        texts = ["\rbar 0", "\rbar 1", "\r     \r", "a line\n", "\rbar 1", "\rbar 2", "\n"]
        self.assertEqual(["a line", "bar 2"], self.lines(*texts))
        self.assertEqual(["a line"], self.lines(*texts, mode="off"))

    def test_are_kept_once_a_second(self):
        times = iter(range(0, 1000))
        with mock.patch.object(console.time, "monotonic", lambda: next(times) / 4):
            lines = self.lines(*("\r%d" % i for i in range(20)), "\n", mode="second")
        self.assertTrue(3 <= len(lines) <= 6, lines)
        self.assertEqual("19", lines[-1])

    def test_leave_other_lines_as_they_are(self):
        texts = ["a\r\nb", "c\n\n", "\x1b[31mred\x1b[0m\n", "x" * 200_000]
        lines = self.lines(*texts)
        self.assertEqual(["a", "bc", "", "red"], lines[:4])
        self.assertEqual("x" * 200_000, "".join(lines[4:]))
