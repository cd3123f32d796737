"""Images as the bytes of a file: from PIL, NumPy, PyTorch, lists, files."""

import io
import os
import struct
import sys
import zlib

from .copies import _open_file

_MAX_IMAGE = 64 << 20
_MAX_VALUES_OF_LISTS = 4 << 20
_QUICKLY_COMPRESSED = 1 << 20
_CHANNELS = {1: 0, 2: 4, 3: 2, 4: 6}
_MODES_OF_FORMATS = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("1", "L", "LA", "I", "I;16", "P", "RGB", "RGBA"),
}
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
)


def _image_file(image, format, quality):
    """The content and the ending of an image's file. Raises an exception that says why there is none."""
    if isinstance(image, (bytes, bytearray, memoryview)):
        _require_size(memoryview(image).nbytes)
        content = bytes(image)
    elif isinstance(image, (str, os.PathLike)):
        with _open_file(image) as file:
            content = file.read(_MAX_IMAGE + 1)
    elif hasattr(image, "save") and hasattr(image, "mode"):
        content = _saved(image, format, quality)
    else:
        content = _png_of(image)
    _require_size(len(content))
    return content, _ending_of(content)


def _require_size(size):
    if size > _MAX_IMAGE:
        raise ValueError("an image has at most %d MiB" % (_MAX_IMAGE >> 20))


def _ending_of(content):
    for signature, ending in _SIGNATURES:
        if content.startswith(signature):
            return ending
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    raise ValueError("it is no PNG, JPEG, GIF, BMP or WebP")


def _saved(image, format, quality):
    """An image of PIL as a file."""
    width, height = getattr(image, "size", (1, 1))
    _require_size(width * height)
    format = (format or "png").upper()
    format = "JPEG" if format == "JPG" else format
    if image.mode not in _MODES_OF_FORMATS.get(format, (image.mode,)):
        image = image.convert("RGB")
    file = io.BytesIO()
    image.save(file, format=format, **({} if quality is None else {"quality": int(quality)}))
    return file.getvalue()


def _png_of(array):
    """An array of rows (and of channels) as a PNG: bytes from 0 to 255, or floating-point numbers from 0 to 1."""
    shape = _shape_of(array)
    is_planar = len(shape) == 3 and shape[0] in (1, 3, 4) and shape[2] not in _CHANNELS
    if is_planar:
        height, width, channels = shape[1], shape[2], shape[0]
    elif len(shape) == 3 and shape[2] in _CHANNELS:
        height, width, channels = shape
    elif len(shape) == 2:
        height, width, channels = shape[0], shape[1], 1
    else:
        raise ValueError("an image has rows, columns and 1 to 4 channels, not the shape %s" % (tuple(shape),))
    if not height or not width or height * width * channels > _MAX_IMAGE:
        raise ValueError("an image of %d x %d cannot be stored" % (width, height))
    # Not before its size is known: it may be copied from a GPU.
    array = _plain_array(array)
    if is_planar and hasattr(array, "astype"):
        array, is_planar = array.transpose(1, 2, 0), False
    pixels = _pixels_of(array)
    if is_planar:
        size = height * width
        planes = [pixels[start : start + size] for start in range(0, len(pixels), size)]
        pixels = bytes(value for values in zip(*planes) for value in values)
    return _png(pixels, width, height, channels)


def _shape_of(array):
    if hasattr(array, "shape"):
        return [int(size) for size in array.shape]
    shape = []
    while isinstance(array, (list, tuple)) and len(shape) < 4:
        shape.append(len(array))
        array = array[0] if array else None
    return shape


def _plain_array(array):
    """A tensor of PyTorch, TensorFlow or JAX as an array of NumPy, where there is NumPy."""
    for to_plain in ("detach", "cpu"):
        try:
            array = getattr(array, to_plain)()
        except Exception:
            continue
    for to_plain in (lambda: array.numpy(), lambda: array.float().numpy()):  # NumPy has no bfloat16.
        try:
            return to_plain()
        except Exception:
            continue
    numpy = sys.modules.get("numpy")
    if numpy is not None and not hasattr(array, "astype") and hasattr(array, "__array__"):
        return numpy.asarray(array)
    return array


def _pixels_of(array):
    kind = str(getattr(array, "dtype", ""))
    if kind == "uint8":
        return array.tobytes()
    if hasattr(array, "astype") and kind.startswith("float"):
        array = array.astype("float32")
        has_none = array != array
        if has_none.all():
            raise ValueError("there is no number in it")
        array[has_none] = 0  # Not a number is black.
        return (array.clip(0, 1) * 255).round().astype("uint8").tobytes()
    if hasattr(array, "astype") and kind.startswith(("int", "uint")):
        return array.clip(0, 255).astype("uint8").tobytes()
    if hasattr(array, "astype") and kind == "bool":
        return (array.astype("uint8") * 255).tobytes()
    values = []
    for value in _flat(array.tolist() if hasattr(array, "tolist") else array):
        if len(values) == _MAX_VALUES_OF_LISTS:
            raise ValueError("an image of lists has at most %d values" % _MAX_VALUES_OF_LISTS)
        values.append(value)
    if any(isinstance(value, float) for value in values):
        if all(value != value for value in values):
            raise ValueError("there is no number in it")
        return bytes(round(255 * min(max(value, 0.0), 1.0)) if value == value else 0 for value in values)
    if values and all(isinstance(value, bool) for value in values):
        return bytes(255 * value for value in values)
    return bytes(min(max(int(value), 0), 255) for value in values)


def _flat(values):
    """The values of lists within lists."""
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        else:
            yield value


def _png(pixels, width, height, channels):
    stride = width * channels
    if len(pixels) != stride * height:
        raise ValueError("its rows have different lengths")
    rows = b"".join(b"\0" + pixels[start : start + stride] for start in range(0, len(pixels), stride))
    header = struct.pack(">IIBBBBB", width, height, 8, _CHANNELS[channels], 0, 0, 0)
    # The training waits for it.
    level = 6 if len(rows) < _QUICKLY_COMPRESSED else 1
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b""))
    return _SIGNATURES[0][0] + b"".join(map(_chunk, chunks))


def _chunk(chunk):
    name, content = chunk
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
