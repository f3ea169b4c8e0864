"""Run a Python server under cProfile: python profiled.py OUTPUT SERVER ARGUMENTS.

The profile is written when the server is to leave, while its loop waits. It is not left with a
KeyboardInterrupt: cProfile calls signal handlers itself, and loses what they raise (CPython 3.10).
"""

from __future__ import annotations

import cProfile
import os
import runpy
import sys

import harness


def main() -> None:
    output, server = sys.argv[1:3]
    sys.argv[1:] = sys.argv[3:]
    profile = cProfile.Profile()

    def leave() -> None:
        profile.dump_stats(output)
        os._exit(0)

    harness.leave = leave
    profile.runcall(runpy.run_path, server, run_name="__main__")


if __name__ == "__main__":
    main()
