"""Node's net for Python, on libuv."""

from netuv._version import __version__ as __version__
