"""An emitter, and a list that notes what happens to it."""

from __future__ import annotations

from typing import Any

import pytest

from netuv import EventEmitter


class Log(list):
    """What happened; ``log.adder("x")`` is a listener that notes "x" and its arguments."""

    def adder(self, name: str) -> Any:
        return lambda *args: self.append(" ".join([name, *map(str, args)]))


@pytest.fixture
def x():
    return EventEmitter()


@pytest.fixture
def log():
    return Log()
