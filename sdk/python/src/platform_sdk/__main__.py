"""``python3 -m platform_sdk flush``."""

import sys

from .commands import _main

sys.exit(_main(sys.argv[1:]))
