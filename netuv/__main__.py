"""`python -m netuv` prints the versions that a bug report needs."""

import platform
import sys
from importlib.metadata import version

import pyuv

from netuv._version import __version__


def main() -> None:
    """Print one line for each part: netuv, Python, pyuv, libuv, pyee and the platform."""
    for name, value in (
        ("netuv", __version__),
        ("Python", f"{platform.python_version()} ({sys.executable})"),
        ("pyuv", pyuv.__version__),
        ("libuv", pyuv.LIBUV_VERSION),
        ("pyee", version("pyee")),
        ("platform", platform.platform()),
    ):
        print(f"{name:9} {value}")


if __name__ == "__main__":
    main()
