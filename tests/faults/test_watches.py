"""run() when the kernel allows no more watches (ENOSPC of epoll_ctl)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from helpers import LIMIT, own_pyuv
from system_calls import compile_shim

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the shim is for Linux")

PROGRAM = """
    import ctypes, gc, json, os, sys
    import netuv
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
    told = []
    def descriptors():
        return len(os.listdir("/proc/self/fd"))
    loop = netuv.default_loop()
    before = descriptors()
    netuv.set_timeout(told.append, 1, "timer")
    for _ in range(3):
        assert shim.faults_plan(b"epoll_ctl:1=ENOSPC") == 0
        try:
            netuv.run()
        except netuv.NetError as error:
            told.append([error.code, error.syscall, isinstance(error, OSError), shim.faults_hits()])
        shim.faults_plan(b"")
    gc.collect()
    told.append(descriptors() - before)
    netuv.run()
    loop.close()
    print(json.dumps(told))
"""


@own_pyuv("its libuv does not ask the kernel when a watch is made")
def test_a_run_that_cannot_watch_for_signals_raises_and_can_be_repeated(tmp_path: Path) -> None:
    """The loop watches a pipe for signals: that it cannot is said as any error, and costs no descriptor."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(PROGRAM)],
        env={**os.environ, "LD_PRELOAD": str(compile_shim(tmp_path))},
        timeout=3 * LIMIT,
        text=True,
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told: list[Any] = json.loads(done.stdout)
    assert told == [["ENOSPC", "epoll_ctl", True, 1]] * 3 + [0, "timer"]
