"""Run transfers.py under shim.c, and judge what it answers."""

from __future__ import annotations

import json
import os
import random
import re
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIMIT = 60.0  # seconds without an answer; a request ends itself long before

# What is no failure: the call is made again, or does its work in more steps.
HARMLESS = {
    "read": ("EAGAIN", "EINTR", "short1000"),
    "write": ("EAGAIN", "EINTR", "ENOBUFS", "short1000"),
    "writev": ("EAGAIN", "EINTR", "ENOBUFS", "short1000"),
    "accept4": ("EAGAIN", "EINTR", "ECONNABORTED"),
    "connect": ("EINTR",),
    "close": ("EINTR", "EIO"),
    "epoll_pwait": ("EINTR",),
    "getaddrinfo": ("delay20",),
}
# What the program has to hear of, with this very code. libuv aborts the process when epoll_ctl()
# fails, or epoll_pwait() other than by EINTR; and that shutdown() failed nobody is told, in Node neither:
# the peer waits for an end that does not come. So there is nothing to try with those.
FAILURES = {
    "read": ("ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "EIO", "ENOMEM", "ENOBUFS"),
    "write": ("EPIPE", "ECONNRESET", "ETIMEDOUT", "ENOMEM", "EIO"),
    "writev": ("EPIPE", "ECONNRESET", "ETIMEDOUT", "ENOMEM", "EIO"),
    "connect": ("ECONNREFUSED", "ENETUNREACH", "EACCES", "EADDRNOTAVAIL", "ETIMEDOUT"),
    "socket": ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EACCES"),
    "bind": ("EACCES", "EADDRINUSE", "EADDRNOTAVAIL"),
    "listen": ("EADDRINUSE", "EACCES"),
    "getaddrinfo": ("-2", "-3", "-4", "-10", "-11"),
    "epoll_create1": ("EMFILE", "ENFILE", "ENOMEM"),
    "eventfd": ("EMFILE", "ENFILE", "ENOMEM"),
    "pipe2": ("EMFILE", "ENFILE"),
    "accept4": ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPROTO", "EPERM"),
    "setsockopt": ("EINVAL", "ENOPROTOOPT", "ENOBUFS"),
}
# These may be dealt with inside: a connection is taken later or let go, an option stays as it is.
QUIET = {"accept4", "setsockopt"}
# These are the loop's own, so it is netuv.Loop() that raises.
OF_THE_LOOP = {"epoll_create1", "eventfd", "pipe2"}
AI_CODES = {"-2": "ENOTFOUND", "-3": "EAI_AGAIN", "-4": "EAI_FAIL", "-10": "EAI_MEMORY", "-11": "EIO"}
# What the other end of a connection sees of a failure, and writes that are given up.
CONSEQUENCES = {"ECONNRESET", "EPIPE"}
GIVEN_UP = {
    "ECANCELED",
    "ERR_STREAM_DESTROYED",
    "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
    "ERR_STREAM_PREMATURE_CLOSE",
}


def compile_shim(folder: Path) -> Path:
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler")
    shim = folder / "shim.so"
    command = [
        compiler,
        "-shared",
        "-fPIC",
        "-O1",
        "-o",
        str(shim),
        str(HERE / "shim.c"),
        "-ldl",
        "-lpthread",
    ]
    subprocess.run(command, check=True)
    return shim


class Crash(Exception):
    """transfers.py did not answer."""


class Program:
    """A running transfers.py under the shim; started again after it has crashed."""

    def __init__(self, shim: Path) -> None:
        self._shim = shim
        self._process: subprocess.Popen[str] | None = None
        self._errors: Any = None

    def _start(self) -> subprocess.Popen[str]:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-W", "error", str(HERE / "transfers.py")],
            env={**os.environ, "LD_PRELOAD": str(self._shim)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._process = process
        self._answer(process)
        return process

    def _answer(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout is not None
        line = process.stdout.readline() if select.select([process.stdout], [], [], LIMIT)[0] else ""
        self._errors.seek(0)
        printed = self._errors.read()
        if not line or printed:
            self.stop()
            raise Crash(f"exit status {process.returncode}, standard error: {printed}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, transport: str, plan: str, size: int) -> dict[str, Any]:
        process = self._process or self._start()
        assert process.stdin is not None
        process.stdin.write(json.dumps({"transport": transport, "plan": plan, "size": size}) + "\n")
        process.stdin.flush()
        return self._answer(process)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._errors.close()
            self._process = None


def judge(plan: str, answer: dict[str, Any]) -> list[str]:
    """What is wrong with an answer."""
    wrong: list[str] = []
    rules = re.findall(r"(\w+):[^=]+=([\w-]+)", plan)
    failures = {
        AI_CODES.get(what, what) if call == "getaddrinfo" else what
        for call, what in rules
        if what in FAILURES.get(call, ()) and what not in HARMLESS.get(call, ())
    }
    allowed = failures | CONSEQUENCES if failures else set()
    if answer["left"]:
        wrong.append(f"the loop did not end clean: {answer['left']}")
    if answer["descriptors"] > 0:
        wrong.append(f"{answer['descriptors']} descriptors are left open")
    loop_failed = [call for call, _ in rules if call in OF_THE_LOOP]
    if answer["raised"] and not (loop_failed and len(answer["raised"]) == 1):
        wrong.append(f"raised: {answer['raised']}")
    heard: set[str] = set()
    for socket in answer["sockets"]:
        name, events, errors = socket["name"], socket["events"], socket["errors"]
        heard.update(errors)
        if "server" in name and "relay," not in name:
            if events.count("close") > 1:
                wrong.append(f"{name}: {events}")
        elif events.count("close") != 1 or events[-1] != "close" or len(errors) > 1:
            wrong.append(f"{name}: {events}")
        if not set(errors) <= allowed:
            wrong.append(f"{name}: 'error' {errors}, not one of {sorted(allowed)}")
        if "writes" not in socket:
            continue
        if [number for number, _ in socket["called"]] != list(range(socket["writes"])):
            wrong.append(f"{name}: write callbacks {socket['called']} of {socket['writes']}")
        codes = [code for _, code in socket["called"]]
        failed = [code is not None for code in codes]
        if failed != sorted(failed):
            wrong.append(f"{name}: a write is done after one that failed: {codes}")
        if not set(codes) <= allowed | GIVEN_UP | {None} or (not allowed and any(failed)):
            wrong.append(f"{name}: write callbacks with {sorted(map(str, set(codes)))}")
        if not socket["same"]:
            wrong.append(f"{name}: what came back is not what was sent")
        if not failures and not (socket.get("complete") and events.count("end") == 1):
            wrong.append(f"{name}: it is not complete: {events}")
    told = len(rules) == 1 and rules[0][0] not in QUIET | OF_THE_LOOP
    if told and failures and answer["hits"] and not heard & failures:
        wrong.append(f"nobody heard of {sorted(failures)}, but of {sorted(heard)}")
    return wrong


def single_plans() -> list[str]:
    """A rule each, of all kinds; harmless ones also again and again."""
    plans = []
    for call, kinds in HARMLESS.items():
        for kind in kinds:
            plans += [f"{call}:1={kind}", f"{call}:%2={kind}"]
            if kind.startswith("short"):
                plans.append(f"{call}:*={kind}")
    for call, kinds in FAILURES.items():
        turns = (1,) if call in OF_THE_LOOP or call == "getaddrinfo" else (1, 2, 4)
        plans += [f"{call}:{turn}={kind}" for turn in turns for kind in kinds]
    return plans


def random_plan(random: random.Random) -> str:
    """Up to five rules; those of the loop by themselves, since nothing happens after one."""
    rules = []
    for _ in range(random.randint(1, 5)):
        table = random.choice((HARMLESS, HARMLESS, FAILURES))
        call = random.choice([call for call in table if call not in OF_THE_LOOP])
        kind = random.choice(table[call])
        if kind.startswith("short"):
            kind = f"short{random.choice((1, 7, 100, 5000, 65536))}"
        when = str(random.randint(1, 40))
        if table is HARMLESS and call != "accept4" and random.random() < 0.5:
            when = f"%{random.randint(2, 5)}"
        rules.append(f"{call}:{when}={kind}")
    return ",".join(rules)
