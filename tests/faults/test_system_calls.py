"""System calls that fail, are interrupted, or do less than asked (shim.c, transfers.py).

Whatever the kernel answers: data arrives whole, once and in order, or is cut off by an error with the
kernel's code; every write callback and every 'close' comes once; the loop ends; no descriptor is left.
``python -m tests.faults --long`` does the same with random plans for as long as one likes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from helpers import libuv_since
from system_calls import OF_THE_LOOP, Program, compile_shim, judge, single_plans

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the shim is for Linux"),
    # 1.44 takes the shim's short read, which no kernel makes, for the last data.
    libuv_since(1, 52, "which system calls it makes, and what it leaves open when one fails, is its own"),
]

TOGETHER = [
    "read:%3=short7,write:%2=short11,writev:%2=short13,epoll_pwait:%3=EINTR",
    "read:%2=EAGAIN,read:%3=EINTR,write:%2=EAGAIN,writev:1=EAGAIN",
    "write:%2=ENOBUFS,writev:%2=ENOBUFS,read:%2=short100",
    "accept4:1=ECONNABORTED,accept4:2=EINTR,accept4:3=EAGAIN",
    "write:3-=EPIPE",
    "read:6-=ETIMEDOUT",
    "connect:2-=ENETUNREACH",
    "socket:3-=EMFILE",
    "accept4:1=EMFILE,accept4:2=EMFILE,accept4:3=EMFILE",
    "close:*=EIO",
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(compile_shim(tmp_path_factory.mktemp("shim")))
    yield program
    program.stop()


def check(program: Program, transport: str, plan: str, size: int) -> dict[str, Any]:
    answer = program.ask(transport, plan, size)
    assert judge(plan, answer) == []
    return answer


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_without_a_fault_all_is_whole(program: Program, transport: str) -> None:
    answer = check(program, transport, "", 300_000)
    assert answer["hits"] == 0
    for call in ("read", "write", "writev", "accept4", "socket", "connect", "shutdown", "close"):
        assert answer["calls"][call] > 0, f"{call}() is not what the shim sees"


@pytest.mark.parametrize("transport", ["tcp", "unix"])
@pytest.mark.parametrize("plan", single_plans())
def test_one_kind_of_fault(program: Program, transport: str, plan: str) -> None:
    answer = check(program, transport, plan, 300_000)
    call = plan.partition(":")[0]
    unused = transport == "unix" and call in ("getaddrinfo", "setsockopt")
    if int(plan.partition(":")[2].strip("*%").partition("=")[0] or 1) == 1 and not unused:
        assert answer["hits"] > 0


@pytest.mark.parametrize("transport", ["tcp", "unix"])
@pytest.mark.parametrize("plan", TOGETHER)
def test_several_faults_together(program: Program, transport: str, plan: str) -> None:
    assert check(program, transport, plan, 60_000)["hits"] > 0


@pytest.mark.parametrize("call", sorted(OF_THE_LOOP))
def test_a_loop_that_cannot_be_made_raises(program: Program, call: str) -> None:
    for turn in (1, 2, 3):
        answer = check(program, "tcp", f"{call}:{turn}=EMFILE", 1000)
        assert len(answer["raised"]) == (answer["hits"] > 0)
