"""Run a Python server under cProfile: python profiled.py OUTPUT SERVER ARGUMENTS.

The server is left with a KeyboardInterrupt instead of at once, so that the profile is written.
"""

from __future__ import annotations

import cProfile
import os
import runpy
import signal
import sys

import harness


def main() -> None:
    output, server = sys.argv[1:3]
    sys.argv[1:] = sys.argv[3:]
    harness.leave = lambda: os.kill(os.getpid(), signal.SIGINT)
    profile = cProfile.Profile()
    try:
        profile.runcall(runpy.run_path, server, run_name="__main__")
    except KeyboardInterrupt:
        pass
    finally:
        profile.dump_stats(output)


if __name__ == "__main__":
    main()
