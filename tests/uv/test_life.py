"""How a pyuv.Loop and its handles come and go: dropped in any order, nothing is used after it was freed."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import textwrap
import weakref
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, own_pyuv

pytestmark = own_pyuv()


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def make_handles(loop: pyuv.Loop) -> list[Any]:
    """One of each kind that can be dropped; what is active keeps itself."""
    tcp = pyuv.TCP(loop)
    tcp.bind(("127.0.0.1", 0))
    udp = pyuv.UDP(loop)
    udp.bind(("127.0.0.1", 0))
    plain = [kind(loop) for kind in (pyuv.Timer, pyuv.Prepare, pyuv.Check, pyuv.Idle, pyuv.Pipe, pyuv.Signal)]
    return [tcp, udp, pyuv.Async(loop, print), *plain]


@pytest.mark.parametrize("order", ["handles first", "loop first", "a circle", "a circle of each"])
def test_a_dropped_loop_gives_its_descriptors_back(order: str) -> None:
    pyuv.Loop()
    gc.collect()
    before = descriptors()
    gone = []
    for _ in range(20):
        loop = pyuv.Loop()
        handles = make_handles(loop)
        gone.append(weakref.ref(loop))
        if order == "handles first":
            del handles
        elif order == "loop first":
            del loop
            handles.clear()
        elif order == "a circle":
            loop.handles_of_mine = handles
        else:
            for handle in handles:
                handle.again = handle
                setattr(loop, type(handle).__name__, handle)
        loop = handles = handle = None  # type: ignore[assignment]
    gc.collect()
    assert [loop() for loop in gone] == [None] * 20
    assert descriptors() <= before


class Loop(pyuv.Loop):  # type: ignore[misc]
    """Types made in Python are freed another way."""


class Timer(pyuv.Timer):  # type: ignore[misc]
    """A handle that tells of its end."""

    ended: list[str]

    def __del__(self) -> None:
        self.ended.append("timer")


def test_subclasses() -> None:
    ended: list[str] = []
    before = descriptors()
    for _ in range(5):
        loop = Loop()
        timer = Timer(loop)
        timer.ended = ended
        loop.timer = timer
        timer.loop_again = loop
        del loop, timer
        gc.collect()
    assert ended == ["timer"] * 5
    assert descriptors() <= before + 1


def test_an_active_handle_keeps_its_loop() -> None:
    loop = pyuv.Loop()
    gone = weakref.ref(loop)
    timer = pyuv.Timer(loop)
    timer.start(lambda timer: timer.close(), 0, 0)
    del loop, timer
    gc.collect()
    loop = gone()
    assert loop is not None
    loop.run()
    del loop
    gc.collect()
    assert gone() is None


def test_a_handle_dropped_while_the_loop_runs() -> None:
    loop = pyuv.Loop()
    timer = pyuv.Timer(loop)
    left = [10]

    def tick(timer: Any) -> None:
        for handle in make_handles(loop):
            handle.again = handle
        left[0] -= 1
        gc.collect()
        if not left[0]:
            timer.close()

    timer.start(tick, 0, 0.0001)
    loop.run()
    assert left == [0]
    timer = None
    gc.collect()
    assert [handle for handle in loop.handles if not handle.closed] == []


def test_a_loop_dropped_while_an_exception_is_on_its_way() -> None:
    def work() -> None:
        loop = Loop()
        loop.handles_of_mine = make_handles(loop)
        pyuv.Timer(loop)
        loop.stop()
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        work()
    gc.collect()


def test_a_loop_dropped_while_another_runs() -> None:
    outer = pyuv.Loop()
    ended: list[str] = []

    def tick(timer: Any) -> None:
        for kind in (pyuv.Loop, Loop):
            inner = kind()
            inner.handles_of_mine = [*make_handles(inner), Timer(inner)]
            inner.handles_of_mine[-1].ended = ended
            del inner
        gc.collect()
        timer.close()

    pyuv.Timer(outer).start(tick, 0, 0)
    outer.run()
    assert ended == ["timer"] * 2


COLLECTED = """
    import gc, itertools, netuv, pyuv
    gc.disable()
    real = {name: getattr(pyuv, name) for name in ("Loop", "Prepare", "Async")}
    def around(name, before, after):
        def make(*args):
            for generation in before: gc.collect(generation)
            made = real[name](*args)
            for generation in after: gc.collect(generation)
            return made
        return make
    choices = ((), (0,), (1,), (2,))
    for before, after in itertools.product(choices, repeat=2):
        for name in ("Prepare", "Async"):
            for repeat in (1, 5):
                gc.collect()
                setattr(pyuv, name, around(name, before, after))
                for _ in range(repeat): netuv.Loop()
                setattr(pyuv, name, real[name])
                gc.collect()
    for threshold in range(1, 150, 5):
        gc.enable(); gc.collect(); gc.set_threshold(threshold, 1, 1)
        netuv.Loop()
        gc.set_threshold(700, 10, 10); gc.disable(); gc.collect()
    print("survived")
"""


def test_whenever_the_collector_comes() -> None:
    # Each Loop, of more than 64 KiB, has pages of its own: a write into a freed one ends the process.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", textwrap.dedent(COLLECTED)]
    done = subprocess.run(
        command, env=environment, timeout=3 * LIMIT, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "survived"), done.stderr


def test_no_descriptor_for_a_loop() -> None:
    former = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open(os.devnull) as file:
        free = file.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, former[1]))
    try:
        with pytest.raises(pyuv.error.UVError) as caught:
            pyuv.Loop()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, former)
    assert caught.value.args == (pyuv.errno.UV_EMFILE, pyuv.errno.strerror(pyuv.errno.UV_EMFILE))
    with pytest.raises(TypeError, match="no parameters"):
        pyuv.Loop(5)  # type: ignore[call-arg]
