import itertools
import json
import struct
import zlib
from unittest import mock

from support import InProcessTest  # First: it says where the package is.

import platform_sdk as tracking
from platform_sdk import images


class Array:
    """As one of NumPy, with what the SDK uses of it."""

    def __init__(self, values, dtype, shape):
        self.values, self.dtype, self.shape = values, dtype, shape

    def tobytes(self):
        return bytes(self.values)

    def tolist(self):
        values = list(self.values)
        for size in reversed(self.shape[1:]):
            values = [values[i : i + size] for i in range(0, len(values), size)]
        return values


class Picture:
    """As one of PIL."""

    mode = "RGBA"

    def __init__(self):
        self.saved = {}

    def convert(self, mode):
        picture = Picture()
        picture.mode = mode
        return picture

    def save(self, file, format, **options):
        start = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff"}[format]
        file.write(start + repr((self.mode, options)).encode())


class Frame:
    """As a table of pandas."""

    columns = ["a", "b"]

    def __init__(self, rows):
        self.values = Rows(rows)

    @property
    def iloc(self):
        return self

    def __getitem__(self, part):
        return Frame(self.values[part])


class Rows(list):
    """As a table of NumPy."""

    def __getitem__(self, part):
        return Rows(super().__getitem__(part))

    def tolist(self):
        return list(self)


def pixels_of(png):
    """The size and the rows of a PNG, whose checksums are right."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(name + content)
        chunks[name] = content
        at += 12 + length
    width, height, _, color = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    rows, stride = zlib.decompress(chunks[b"IDAT"]), width * {0: 1, 4: 2, 2: 3, 6: 4}[color]
    return width, height, b"".join(rows[i * (stride + 1) + 1 : (i + 1) * (stride + 1)] for i in range(height))


class MediaTest(InProcessTest):
    def setUp(self):
        super().setUp()
        self.tracked = tracking.init()

    def stored(self):
        self.tracked.finish()
        found = []
        for item in self.platform.run.media.values():
            found.append((item, self.platform.run.files[item["path"]]))
        return found

    def one(self):
        (found,) = self.stored()
        return found

    def json(self):
        return json.loads(self.one()[1])


class An_image(MediaTest):
    def test_of_pil_is_stored_with_its_step_and_caption(self):
        self.tracked.log({"loss": 1}, step=7)
        self.tracked.log_image("sam ples/1", Picture(), caption="the first")
        item, content = self.one()
        self.assertEqual(("sam ples/1", 7, "image", "the first"), tuple(item[f] for f in ("key", "step", "kind", "caption")))
        self.assertRegex(item["path"], r"^media/sam-ples-1-7-0001-[0-9a-f]{12}\.png$")
        self.assertIn(b"RGBA", content)
        self.assertEqual((2, 0, 0), tuple(self.tracked.flush()))
        self.assert_spool_is_empty()

    def test_of_pil_may_be_a_jpeg_of_some_quality(self):
        self.tracked.log_image("a", Picture(), step=3, format="jpg", quality=80)
        item, content = self.one()
        self.assertEqual((3, "jpg"), (item["step"], item["path"].rpartition(".")[2]))
        self.assertIn(b"('RGB', {'quality': 80})", content)

    def test_may_be_an_array_of_bytes(self):
        for channels in (1, 2, 3, 4):
            values = list(range(6 * channels))
            self.assertEqual((3, 2, bytes(values)), pixels_of(images._png_of(Array(values, "uint8", (2, 3, channels)))))
        self.assertEqual((3, 2, bytes(range(6))), pixels_of(images._png_of(Array(range(6), "uint8", (2, 3)))))

    def test_may_be_an_array_of_numbers_from_0_to_1(self):
        array = Array([0.0, 0.5, 1.0, 2.0, -1.0, float("nan")], "float32", (2, 3))
        self.assertEqual((3, 2, bytes([0, 128, 255, 255, 0, 0])), pixels_of(images._png_of(array)))

    def test_may_have_its_channels_first(self):
        array = Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], "torch.uint8", (3, 1, 5))
        self.assertEqual((5, 1, bytes([1, 6, 11, 2, 7, 12, 3, 8, 13, 4, 9, 14, 5, 10, 15])), pixels_of(images._png_of(array)))

    def test_may_be_lists(self):
        self.assertEqual((2, 2, bytes([0, 255, 255, 0])), pixels_of(images._png_of([[False, True], [True, False]])))
        self.assertEqual((1, 1, bytes([1, 2, 3])), pixels_of(images._png_of([[(1, 2, 3)]])))

    def test_may_be_a_file_or_its_bytes(self):
        content = images._png_of([[0, 1]])
        self.tracked.log_image("path", self.write(content, "a.png"))
        self.tracked.log_image("bytes", content)
        self.assertEqual([content] * 2, [found[1] for found in self.stored()])

    def test_that_is_none_is_refused_alone(self):
        for image in (None, b"text", "nowhere", [[1, 2], [3]], [], Array([], "uint8", (0, 3)), Array([1], "uint8", (1, 1, 1, 1)), 7):
            self.tracked.log_image("odd", image)
        self.tracked.log_image("bad\nkey", b"")
        self.tracked.log_image("good", [[1]])
        self.assertEqual((1, 9, 0), tuple(self.tracked.finish()))
        self.assertEqual("good", self.one()[0]["key"])

    def test_of_a_step_with_others_stays_in_their_order_also_where_it_is_equal(self):
        for value in (3, 1, 3, 2):
            self.tracked.log_image("samples", [[value]], step=1)
        self.tracked.log_image("samples", [[3]], step=2)
        found = sorted(self.stored(), key=lambda one: one[0]["path"])
        contents = [content for _, content in found]
        self.assertEqual(5, len(contents))
        self.assertEqual(contents[0], contents[2])
        self.assertEqual(3, len(set(contents[:4])))

    def test_whose_name_cannot_be_seen_is_refused_alone(self):
        for name in (" ", "\u200b", "\u3000\u00ad"):
            self.tracked.log_image(name, [[1]])
        self.tracked.log_image("good", [[1]])
        self.assertEqual((1, 3, 0), tuple(self.tracked.finish()))
        self.assertEqual("good", self.one()[0]["key"])

    def test_that_is_too_large_is_refused_before_it_is_copied(self):
        class Huge:
            dtype, shape = "float32", (16384, 32768)

            def __getattr__(self, name):
                raise AssertionError("nothing of it is used")

        for image in (Huge(), memoryview(bytearray(images._MAX_IMAGE + 1)), "/dev/zero", [[0] * 2049] * 2048):
            self.tracked.log_image("huge", image)
        self.tracked.log_histogram("huge", Huge())
        self.assertEqual((0, 5, 0), tuple(self.tracked.finish()))

    def test_without_any_number_is_refused_alone(self):
        nan = float("nan")
        self.tracked.log_image("none", [[nan, nan]])
        self.tracked.log_image("some", [[nan, 1.0]])
        self.assertEqual((1, 1, 0), tuple(self.tracked.finish()))
        self.assertEqual((2, 1, bytes([0, 255])), pixels_of(self.one()[1]))

    def test_that_the_platform_refuses_is_named(self):
        self.platform.refuse = lambda method, path, body: 409 if "/files/" in path else None
        self.tracked.log_image("picture", [[1]])
        self.tracked.log({"loss": 1})
        self.assertEqual((1, 1, 0), tuple(self.tracked.finish()))
        self.assertIn("picture is not stored: the platform refused it: 400", self.said.getvalue())
        self.assert_spool_is_empty()

    def test_waits_while_the_platform_is_not_sure_about_the_run(self):
        answers = [503, 503, None, 503]
        self.platform.refuse = lambda method, path, body: answers.pop(0) if answers and "/runs/" in path and method != "PUT" or "/files/" in path and answers else None
        self.tracked.log_image("a", [[1]])
        self.assertEqual((1, 0, 0), tuple(self.tracked.flush(20)))
        self.assertEqual("a", self.one()[0]["key"])

    def test_whose_answer_is_lost_is_stored_once(self):
        self.tracked.flush(20)
        self.platform.loses_answers = 3
        self.tracked.log_image("a", [[1]])
        self.assertEqual((1, 0, 0), tuple(self.tracked.flush(20)))
        self.assertEqual(1, len(self.stored()))

    def test_that_would_fill_the_disk_is_refused(self):
        self.platform.stop()
        with mock.patch("platform_sdk.recorder._MAX_MEDIA_UNSENT", 100):
            self.tracked.log_image("first", [[1]])
            self.tracked.log_image("second", [[2]])
            self.platform.start()
            self.assertTrue(self.tracked.flush(20))
            self.tracked.log_image("third", [[3]])
        self.assertEqual((2, 1, 0), tuple(self.tracked.finish()))
        self.assertEqual(["first", "third"], sorted(item["key"] for item, _ in self.stored()))

    def test_is_sent_after_an_outage(self):
        self.platform.stop()
        self.tracked.log_image("a", [[1]])
        self.platform.start()
        self.assertTrue(self.tracked.flush(20))
        self.assertEqual("a", self.one()[0]["key"])


class A_table(MediaTest):
    def test_may_be_rows(self):
        self.tracked.log_table("t", [[1, "a"], [float("nan"), None]], ["x", "y"], step=2)
        item, content = self.one()
        self.assertEqual(("table", 2), (item["kind"], item["step"]))
        self.assertEqual({"columns": ["x", "y"], "data": [[1, "a"], ["NaN", None]]}, json.loads(content))

    def test_may_be_dictionaries(self):
        self.tracked.log_table("t", [{"x": 1}, {"x": 2, "y": 3}])
        self.assertEqual({"columns": ["x", "y"], "data": [[1, None], [2, 3]]}, self.json())

    def test_may_be_columns(self):
        self.tracked.log_table("t", {"x": [1, 2], "y": (3, 4)})
        self.assertEqual({"columns": ["x", "y"], "data": [[1, 3], [2, 4]]}, self.json())

    def test_may_be_one_of_pandas(self):
        self.tracked.log_table("t", Frame([[1, 2], [3, 4]]))
        self.assertEqual({"columns": ["a", "b"], "data": [[1, 2], [3, 4]]}, self.json())

    def test_that_is_too_long_is_cut(self):
        self.tracked.log_table("t", [[i] for i in range(10_005)])
        self.assertEqual(10_000, len(self.json()["data"]))
        self.assertIn("only the first 10000 rows of the table t are stored", self.said.getvalue())

    def test_may_have_no_end(self):
        self.tracked.log_table("t", ([i, "x" * 4000] for i in itertools.count()))
        self.assertTrue(15 << 20 < len(self.one()[1]) <= 17 << 20)
        self.assertEqual([4000], sorted({len(row[1]) for row in self.json()["data"]}))

    def test_that_is_none_is_refused_alone(self):
        for table in (None, 7, [1, 2], [[1, 2, 3]], ["ab"], {"x": 1}, [{"x": 1}, 2], [["x" * (17 << 20)]]):
            self.tracked.log_table("t", table, ["x"])
        self.assertEqual((0, 8, 0), tuple(self.tracked.finish()))

    def test_may_have_columns_of_different_lengths_and_odd_cells(self):
        cycle = []
        cycle.append(cycle)
        self.tracked.log_table("t", {"x": [1, 2], "y": [cycle], 3: [object]})
        rows = self.json()["data"]
        self.assertEqual([[1, "<class 'object'>"], [2, None, None]], [[rows[0][0], rows[0][2]], rows[1]])


class A_histogram(MediaTest):
    def test_counts_values(self):
        self.tracked.log_histogram("h", [0, 1, 1, 2, 4, float("nan")], bins=4)
        self.assertEqual({"counts": [1, 2, 1, 1], "edges": [0, 1, 2, 3, 4]}, self.json())
        self.assertIn("without values that are no numbers", self.said.getvalue())

    def test_may_have_been_counted(self):
        self.tracked.log_histogram("h", ([3, 4], [0, 0.5, 1]))
        self.assertEqual({"counts": [3, 4], "edges": [0, 0.5, 1]}, self.json())

    def test_of_one_value_has_a_width(self):
        self.tracked.log_histogram("h", Array([5, 5], "int64", (2,)), bins=2)
        self.assertEqual({"counts": [0, 2], "edges": [4.5, 5.0, 5.5]}, self.json())

    def test_of_no_numbers_is_refused_alone(self):
        for values in (None, [], [float("inf")], "abc", ([1], [2, 1]), [-1e308, 1e308, "x"]):
            self.tracked.log_histogram("h", values)
        self.assertEqual((0, 6, 0), tuple(self.tracked.finish()))
