"""libuv, as pyuv has it: the only package of netuv that imports pyuv."""

import pyuv

#: Of pyuv, and of the libuv in it.
PYUV_VERSION: str = pyuv.__version__
LIBUV_VERSION: str = pyuv.LIBUV_VERSION
