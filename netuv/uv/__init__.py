"""libuv, as pyuv has it: the only package of netuv that imports pyuv."""

import pyuv

#: Of pyuv, and of the libuv in it.
PYUV_VERSION: str = pyuv.__version__
LIBUV_VERSION: str = pyuv.LIBUV_VERSION
#: Its first two numbers, to compare: ``LIBUV < (1, 45)``.
LIBUV = tuple(map(int, LIBUV_VERSION.split(".")[:2]))
