import os
import random
import shutil
import subprocess
import tempfile
import threading
import unittest
from unittest import mock

from support import InProcessTest, PlatformTest  # First: it says where the package is.

import platform_sdk as tracking
from platform_sdk import snapshots
from platform_sdk.ignoring import _IgnoreFile
from platform_sdk.snapshots import _is_ignored


def decisions(ignore_files, paths):
    """The paths that are ignored, each after the folders above it: in one that is ignored everything is. Paths of folders end
    with a slash."""
    ignored = set()
    for path in sorted(paths):
        parts = path.rstrip("/").split("/")
        for i in range(1, len(parts) + 1):
            part = "/".join(parts[:i])
            is_folder = i < len(parts) or path.endswith("/")
            files = tuple(file for base, file in ignore_files if part.startswith(base))
            if _is_ignored(os.fsencode(part), is_folder, files):
                ignored.add(path)
                break
    return ignored


def ignored_by_git(cases, paths):
    """What Git ignores of the same paths in each case: a folder with ignore files, by the folder that they are in."""
    folder = tempfile.mkdtemp()
    try:
        for number, contents in enumerate(cases):
            for base in {path for path in paths if path.endswith("/")}.union(contents):
                os.makedirs(os.path.join(folder, str(number), base), exist_ok=True)
            for base, content in contents.items():
                with open(os.path.join(folder, str(number), base, ".gitignore"), "wb") as file:
                    file.write(content)
        names = ("%d/%s" % (number, path.rstrip("/")) for number in range(len(cases)) for path in paths)
        said = _git(folder, names)
    finally:
        shutil.rmtree(folder)
    return [{path for path in paths if "%d/%s" % (number, path.rstrip("/")) in said} for number in range(len(cases))]


def _git(folder, names):
    environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", XDG_CONFIG_HOME=folder)
    subprocess.run(["git", "init", "-q"], cwd=folder, env=environment, check=True)
    command = ["git", "check-ignore", "--no-index", "--stdin", "-z"]
    names = b"\0".join(map(os.fsencode, names))
    done = subprocess.run(command, cwd=folder, env=environment, input=names, stdout=subprocess.PIPE)
    return {os.fsdecode(name) for name in done.stdout.split(b"\0")}


PATHS = [
    "a", "b.py", "A", "#a", "!a", "a b", "a ", "a*", "[a]", "a-b", "ab", "abc", "a.b", "-", "]", "^", "é", "x1", "x[1", "b/",
    "c/a", "c/b.py", "c/ab", "c/c/a", "c/c/c/a", "c/c/ab/b.py", "c/d/", "d/a/b", "d/c/a/b", "d/ab/c", "ab.py/x", "d/a.b/a", "d/é/a",
]  # fmt: skip

LINES = [
    "a", "A", "*.py", "/a", "c/", "/c/", "c/a", "c/*", "!c/a", "c/**", "**/a", "c/**/a", "**/c/a", "**", "*", "!*", "!*/", "/*", "!/c",
    "d/**/b", "d/a**", "d/**a", "a/**/", "**/", "c/**/**/a", "a**", "**a", "c/***/a", "\\#a", "#a", "\\!a", "!a", "a b", "a ", "a\\ ",
    "a  ", "a\\*", "a\\", "[a]", "[!a]", "[^a]", "[a-c]", "[a-]", "[]a]", "[]-]", "[!]a]", "[a", "[a-c", "[[:alpha:]]", "[[:digit:]x]",
    "[[:nothing:]]", "[[:alpha:]", "[[:]", "[[a]", "x[0-9]", "x[[]1", "?", "??", "c/?", "c?a", "c[/]a", "c/[a]", "*a", "a*", "*b*",
    "*.*", "", " ", "/", "//", "///", "!", "!/", "c//a", "/c/c/a", "c/c", "!c/c", "d/*/b", "d/*/a/b", "*/a", "*/*/a", "**/b.py", "é",
    "?.py", "\u00e9*", "d/?/a", "d/??/a", "[\\]]", "[\\^]", "[a\\-c]", "*\\", "a/", "b/", "!b", "b", "!c", "c", "\ta", "a\t",
    "\\a", "c\\/a", "**\\/a", "[--a]", "[a-a]", "[b-a]", "[^^]", "[!!]", "c/a/", "*/", "!d/", "d/", "d/c/", "!d/c/a/b", "[[:upper:]]",
    "[[:punct:]]*", "*[[:space:]]*", "/**", "/**/", "/**/a", "c/**b", "**.py", "*.p[xyz]",
]  # fmt: skip


class An_ignore_file(unittest.TestCase):
    def assert_as_git(self, cases, paths=PATHS):
        for contents, wanted in zip(cases, ignored_by_git(cases, paths)):
            files = [(base, _IgnoreFile(content, os.fsencode(base))) for base, content in contents.items()]
            self.assertEqual(sorted(wanted), sorted(decisions(files, paths)), contents)

    def test_decides_as_git_for_each_pattern(self):
        self.assert_as_git([{"": line.encode()} for line in LINES])

    def test_decides_as_git_whatever_its_lines_end_with(self):
        contents = [b"a\r\n*.py\r\n", b"a", b"a\r", b"\xef\xbb\xbfa\n", b"\r\n\n  \n", b"*\n!a\r\n", b"*\\\r\n", b"\xff\n"]
        self.assert_as_git([{"": content} for content in contents])

    def test_decides_as_git_in_any_order(self):
        chosen = random.Random(7)

        def lines():
            return [chosen.choice(("", "", "!")) + chosen.choice(LINES) for _ in range(chosen.randint(2, 8))]

        self.assert_as_git([{"": "\n".join(lines()).encode()} for _ in range(500)])

    def test_decides_as_git_whatever_a_pattern_is(self):
        chosen = random.Random(11)
        pieces = ["a", "b", "c", "d", "*", "*", "**", "?", "/", "/", "[", "]", "!", "^", "-", "\\", ".", "py", " ", "#", "[[:alpha:]]", "é"]

        def lines():
            return ["".join(chosen.choices(pieces, k=chosen.randint(1, 7))) for _ in range(chosen.randint(1, 4))]

        self.assert_as_git([{"": "\n".join(lines()).encode()} for _ in range(1500)])

    def test_decides_as_git_whatever_the_paths_are(self):
        chosen = random.Random(13)
        for _ in range(8):
            paths = {"".join(chosen.choices("aab/", k=chosen.randint(0, 8))) + chosen.choice(("c", "a.py", "é", "[a]")) for _ in range(40)}
            paths = {"/".join(part for part in path.split("/") if part) for path in paths}
            patterns = ("".join(chosen.choices(["a", "b", "c", "*", "**", "/", "?", ".py"], k=chosen.randint(1, 6))) for _ in range(100))
            self.assert_as_git([{"": pattern.encode()} for pattern in patterns], sorted(paths))

    def test_decides_as_git_beside_those_of_folders_within(self):
        chosen = random.Random(17)
        bases = ("", "c/", "c/c/", "d/")
        cases = [{base: "\n".join(chosen.sample(LINES, 3)).encode() for base in bases} for _ in range(300)]
        self.assert_as_git(cases)


class A_snapshot(InProcessTest):
    def version(self, name="default-code"):
        return list(self.platform.versions[name].values())[-1]

    def content(self, name="default-code"):
        return {file["path"]: self.platform.blobs[file["sha256"]] for file in self.version(name)["files"]}

    def snapshot(self, *arguments, **options):
        run = tracking.init()
        run.snapshot(self.path("work"), *arguments, **options)
        return run.finish()

    def test_has_the_files_that_are_not_ignored_as_they_are(self):
        self.write(b"print()", "work", "train.py")
        os.chmod(self.write(b"#!", "work", "run"), 0o755)
        self.write(bytes(range(256)) * 2000, "work", "deep", "er", "table.bin")
        self.write(b"x", "work", "data", "big")
        self.write(b"x", "work", "data", "small.csv")
        self.write(b"/data/*\n!/data/small.csv\n", "work", ".platformignore")
        self.assertEqual((1, 0, 0), tuple(self.snapshot()))
        wanted = {"train.py": b"print()", "run": b"#!", "deep/er/table.bin": bytes(range(256)) * 2000, "data/small.csv": b"x"}
        wanted[".platformignore"] = b"/data/*\n!/data/small.csv\n"
        self.assertEqual(wanted, self.content())
        self.assertEqual(("code", ["run"]), (self.version()["type"], [f["path"] for f in self.version()["files"] if "executable" in f]))
        self.assert_spool_is_empty()

    def test_comes_back_byte_for_byte(self):
        os.chmod(self.write(bytes(range(256)), "work", "deep", "ä b"), 0o755)
        run = tracking.init()
        tracking.snapshot(self.path("work"), name="code")
        self.assertTrue(run.flush(20))
        folder = run.use_artifact("code", self.path("restored"))
        with open(os.path.join(folder, "deep", "ä b"), "rb") as file:
            self.assertEqual(bytes(range(256)), file.read())
        self.assertTrue(os.access(os.path.join(folder, "deep", "ä b"), os.X_OK))

    def test_belongs_to_the_run(self):
        self.write(b"x", "work", "a.py")
        run = tracking.init(project="team/digits")
        run.snapshot(self.path("work"))
        run.finish()
        self.assertEqual((run.id, "team/digits"), tuple(self.version("team-digits-code")[f] for f in ("runId", "project")))
        self.assertEqual("", self.said.getvalue())

    def test_leaves_out_what_is_never_code_unless_it_is_wanted(self):
        never = [".git/HEAD", "p/__pycache__/a.pyc", ".venv/lib/x", "node_modules/x", ".env", "artifacts/set-v3/x", "mine/bin/python"]
        for path in never + ["a.py", "artifacts/a.py", "p/mlruns/a.py"]:
            self.write(b"x", "work", *path.split("/"))
        self.write(b"", "work", "mine", "pyvenv.cfg")
        self.snapshot()
        self.assertEqual({"a.py", "artifacts/a.py", "p/mlruns/a.py"}, set(self.content()))
        self.write(b"!node_modules/\n", "work", ".platformignore")
        self.snapshot()
        self.assertIn("node_modules/x", self.content())

    def test_reads_the_ignore_files_of_its_folders(self):
        for path in ("a.log", "p/a.log", "p/b.log", "q/b.txt", "q/c.txt"):
            self.write(b"x", "work", *path.split("/"))
        self.write(b"*.log", "work", ".rnignore")
        self.write(b"!/a.log", "work", "p", ".platformignore")
        self.write(b"a.log", "work", "p", ".rnignore")
        self.write(b"/b.txt", "work", "q", ".rnignore")
        self.snapshot()
        names = {name for name in self.content() if "ignore" not in name}
        self.assertEqual({"p/a.log", "q/c.txt"}, names)

    def test_follows_no_link_out_and_waits_for_no_pipe(self):
        self.write(b"real", "work", "real")
        self.write(b"secret", "elsewhere", "secret")
        os.symlink("real", self.path("work", "inside"))
        os.symlink("../elsewhere/secret", self.path("work", "outside"))
        os.symlink("../elsewhere", self.path("work", "folder"))
        os.symlink(".", self.path("work", "itself"))
        os.symlink("nothing", self.path("work", "nowhere"))
        os.mkfifo(self.path("work", "pipe"))
        self.snapshot()
        self.assertEqual({"real": b"real", "inside": b"real"}, self.content())
        self.assertIn("without pipe: no regular file", self.said.getvalue())
        self.assertIn("without outside: a link that leaves the folder", self.said.getvalue())

    def test_is_stored_without_what_cannot_be_read(self):
        self.write(b"x", "work", "a.py")
        self.write(b"x", "work", "secret")
        opened = tracking.artifacts._open_file

        def refuse(path):
            if path.endswith("secret"):
                raise PermissionError(13, "Permission denied")
            return opened(path)

        with mock.patch.object(tracking.artifacts, "_open_file", refuse):
            self.snapshot()
        self.assertEqual({"a.py"}, set(self.content()))
        self.assertIn("without secret: Permission denied", self.said.getvalue())

    def test_that_is_too_large_is_stored_when_it_is_forced(self):
        self.write(b"x" * 600, "work", "a")
        self.write(b"x" * 500, "work", "b")
        for limit in ({"_MAX_CODE_BYTES": 1000}, {"_MAX_CODE_FILES": 1}):
            with mock.patch.multiple(snapshots, **limit):
                self.assertEqual((0, 1, 0), tuple(self.snapshot()))
                self.assertEqual({}, self.platform.versions)
        self.assertIn("that are not ignored; name what is no code in a .platformignore, or force it", self.said.getvalue())
        with mock.patch.multiple(snapshots, _MAX_CODE_BYTES=1000, _MAX_CODE_FILES=1):
            self.assertEqual((1, 0, 0), tuple(self.snapshot(force=True)))
        self.assertEqual({"a", "b"}, set(self.content()))

    def test_of_nothing_is_refused_alone(self):
        os.makedirs(self.path("work"))
        run = tracking.init()
        for root in (self.path("missing"), self.path("work"), None, 7, "a\0b"):
            run.snapshot(root)
        run.log({"loss": 1})
        self.assertEqual((1, 5, 0), tuple(run.finish()))

    def test_does_not_hold_up_the_end(self):
        self.write(b"x", "work", "a.py")
        is_over = threading.Event()
        self.addCleanup(is_over.set)
        with mock.patch.object(tracking.artifacts, "_open_file", lambda file: is_over.wait(20)):
            with mock.patch.object(snapshots, "_LONGEST_COPY_AT_END", 0.1):
                self.assertEqual((0, 1, 0), tuple(self.snapshot()))
        self.assertIn("the run ended before its files were copied", self.said.getvalue())

    def test_has_no_records_of_the_sdk(self):
        self.write(b"x", "work", "a.py")
        run = tracking.init(spool_dir=self.path("work", "kept"))
        run.snapshot(self.path("work"))
        run.finish()
        self.assertEqual({"a.py"}, set(self.content()))


class A_script(PlatformTest):
    def files(self):
        ((_, versions),) = self.platform.versions.items()
        return [sorted(file["path"] for file in version["files"]) for version in versions.values()]

    def test_keeps_its_code_when_it_begins(self):
        self.run_script("tracking.init(snapshot=True).log({'loss': 1})")
        self.assertEqual([["script-0.py"]], self.files())
        self.assert_spool_is_empty()

    def test_keeps_a_folder_that_it_names(self):
        os.makedirs(os.path.join(self.folder, "src"))
        with open(os.path.join(self.folder, "src", "a.py"), "w"):
            pass
        self.run_script("tracking.init(snapshot='src')")
        self.assertEqual([["a.py"]], self.files())

    def test_keeps_it_once_for_all_of_its_processes(self):
        self.run_script(
            """
            import multiprocessing, subprocess, sys
            def work():
                tracking.init(snapshot=True).log({"inner": 1})
            if __name__ == "__main__":
                tracking.init(snapshot=True)
                for method in ("fork", "spawn"):
                    process = multiprocessing.get_context(method).Process(target=work)
                    process.start()
                    process.join()
            """
        )
        self.assertEqual(1, len(self.files()))
        self.run_script("tracking.init(snapshot=True)", PLATFORM_RANK="1")
        self.assertEqual(1, len(self.files()))

    def test_goes_on_without_a_platform(self):
        self.run_script("tracking.init(snapshot=True).snapshot()", PLATFORM_URL="")


if __name__ == "__main__":
    unittest.main()
