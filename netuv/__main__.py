"""`python -m netuv` prints the versions that a bug report needs."""

import platform
import sys
from importlib.metadata import version

from netuv._version import __version__
from netuv.uv import LIBUV_VERSION, PYUV_VERSION


def main() -> None:
    """Print one line for each part: netuv, Python, pyuv, libuv, pyee and the platform."""
    for name, value in (
        ("netuv", __version__),
        ("Python", f"{platform.python_version()} ({sys.executable})"),
        ("pyuv", PYUV_VERSION),
        ("libuv", LIBUV_VERSION),
        ("pyee", version("pyee")),
        ("platform", platform.platform()),
    ):
        print(f"{name:9} {value}")


if __name__ == "__main__":
    main()
