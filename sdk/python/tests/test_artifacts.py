import os

from support import InProcessTest  # First: it says where the package is.

import platform_sdk as tracking


class An_artifact(InProcessTest):
    def version(self, name):
        (version,) = self.platform.versions[name].values()
        return version

    def content(self, name):
        return {file["path"]: self.platform.blobs[file["sha256"]] for file in self.version(name)["files"]}

    def test_has_the_files_that_were_added_as_they_were(self):
        self.write(b"weights", "model.bin")
        self.write(b"a", "set", "a")
        self.write(b"b", "set", "deep", "b")
        artifact = tracking.Artifact("model", "model", "The best.", {"accuracy": 0.97}, aliases=["best"])
        artifact.add_file(self.path("model.bin")).add_file(self.path("model.bin"), "copies/first.bin")
        artifact.add_dir(self.path("set")).add_dir(self.path("set"), "data")
        run = tracking.init(project="team/digits")
        run.log_artifact(artifact)
        self.write(b"changed", "model.bin")
        self.assertEqual((1, 0, 0), tuple(run.finish()))
        wanted = {"model.bin": b"weights", "copies/first.bin": b"weights", "a": b"a", "deep/b": b"b", "data/a": b"a"}
        self.assertEqual(dict(wanted, **{"data/deep/b": b"b"}), self.content("model"))
        version = self.version("model")
        self.assertEqual(("model", "The best.", {"accuracy": "0.97"}), tuple(version[f] for f in ("type", "description", "metadata")))
        self.assertEqual((["best"], "team/digits", run.id), tuple(version[f] for f in ("aliases", "project", "runId")))
        self.assert_spool_is_empty()

    def test_may_be_a_path(self):
        self.write(b"a", "set", "a")
        run = tracking.init()
        run.log_artifact(self.path("set"))
        run.log_artifact(self.path("set", "a"), name="file", type="dataset")
        run.finish()
        self.assertEqual({"a": b"a"}, self.content("set"))
        self.assertEqual("dataset", self.version("file")["type"])

    def test_leaves_out_what_may_never_end_or_lies_elsewhere(self):
        self.write(b"real", "set", "real")
        self.write(b"secret", "elsewhere")
        os.symlink("real", self.path("set", "inside"))
        os.symlink("../elsewhere", self.path("set", "outside"))
        os.symlink("nowhere", self.path("set", "dangling"))
        os.mkfifo(self.path("set", "pipe"))
        run = tracking.init()
        run.artifact(self.path("set"), name="set")
        run.finish()
        self.assertEqual({"real", "inside"}, set(self.content("set")))

    def test_without_files_is_refused_and_leaves_nothing(self):
        os.makedirs(self.path("set"))
        run = tracking.init()
        run.artifact(self.path("set"), name="set")
        run.log_artifact(tracking.Artifact("none").add_file(self.path("missing")))
        self.assertEqual((0, 2, 0), tuple(run.finish()))
        self.assert_spool_is_empty()

    def test_has_no_file_outside_of_it(self):
        artifact = tracking.Artifact("a")
        artifact.add_file("x", "../x").add_file(None)
        self.assertIn("../x is no path within an artifact", self.said.getvalue())


class A_used_artifact(InProcessTest):
    def setUp(self):
        super().setUp()
        self.write(b"first", "set", "a")
        path = self.write(b"run", "set", "deep", "b ä#%")
        os.chmod(path, 0o755)
        self.run_ = tracking.init()
        self.run_.log_artifact(tracking.Artifact("set", aliases=["best"]).add_dir(self.path("set")))
        self.assertTrue(self.run_.flush(20))

    def fetches(self):
        return sum("/files/" in path for _, path, _, _ in self.platform.requests)

    def test_lies_in_a_folder_with_its_files(self):
        folder = self.run_.use_artifact("set:best", self.path("used"))
        self.assertEqual(self.path("used"), folder)
        with open(self.path("used", "a"), "rb") as file:
            self.assertEqual(b"first", file.read())
        self.assertTrue(os.access(self.path("used", "deep", "b ä#%"), os.X_OK))
        self.assertEqual(["a", "deep"], sorted(os.listdir(folder)))

    def test_is_fetched_once(self):
        self.run_.use_artifact("set:v1", self.path("used"))
        self.run_.use_artifact("set:1", self.path("used"))
        self.assertEqual(2, self.fetches())
        self.write(b"wrong", "used", "a")
        self.run_.use_artifact("set", self.path("used"))
        self.assertEqual(3, self.fetches())

    def test_that_was_changed_on_its_way_is_refused(self):
        self.platform.corrupt = True
        with self.assertRaisesRegex(tracking.ArtifactError, "was changed on its way"):
            self.run_.use_artifact("set", self.path("used"))
        self.assertEqual([], [name for name in os.listdir(self.path("used")) if os.path.isfile(self.path("used", name))])

    def test_that_does_not_exist_is_named(self):
        with self.assertRaisesRegex(tracking.ArtifactError, "nothing/versions/latest: it does not exist"):
            self.run_.use_artifact("nothing")

    def test_has_no_file_outside_of_its_folder(self):
        (version,) = self.platform.versions["set"].values()
        version["files"][0]["path"] = "../a"
        with self.assertRaisesRegex(tracking.ArtifactError, "no path within an artifact"):
            self.run_.use_artifact("set", self.path("used"))
        version["files"][0]["path"] = "link/a"
        os.symlink(self.folder, self.path("used", "link"))
        with self.assertRaisesRegex(tracking.ArtifactError, "leaves the folder"):
            self.run_.use_artifact("set", self.path("used"))

    def test_whose_file_is_a_link_here_does_not_follow_it(self):
        self.write(b"mine", "mine")
        os.makedirs(self.path("used"))
        os.symlink(self.path("mine"), self.path("used", "a"))
        self.run_.use_artifact("set", self.path("used"))
        with open(self.path("mine"), "rb") as file:
            self.assertEqual(b"mine", file.read())
