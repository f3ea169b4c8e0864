"""Whose call would only make a coroutine or a generator is refused, however it is wrapped."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from types import MethodType
from typing import Any

import pytest

from netuv import EventEmitter


async def coroutine(*args: Any) -> None: ...


async def async_generator(*args: Any) -> AsyncIterator[None]:
    yield


def generator(*args: Any) -> Iterator[None]:
    yield


class Calls:
    async def method(self) -> None: ...

    async def __call__(self) -> None: ...


class Generates:
    def __call__(self) -> Iterator[None]:
        yield


class Plain:
    def __call__(self) -> None: ...


ASYNC = [
    functools.partial(functools.partial(coroutine), 1),
    functools.partial(async_generator),
    functools.partial(Calls().method),
    functools.partial(Calls()),
    MethodType(functools.partial(coroutine), 1),
    MethodType(Calls(), 1),
]
GENERATORS = [
    functools.partial(generator),
    MethodType(generator, 1),
    Generates(),
    functools.partial(Generates()),
]


@pytest.mark.row("N13")
@pytest.mark.parametrize("f", ASYNC)
def test_async_functions_in_wrappers(f: Any) -> None:
    with pytest.raises(TypeError, match="async listeners are not supported"):
        EventEmitter().on("x", f)


@pytest.mark.row("N13")
@pytest.mark.parametrize("f", GENERATORS)
def test_generator_functions_in_wrappers(f: Any) -> None:
    with pytest.raises(TypeError, match="is a generator function"):
        EventEmitter().on("x", f)


@pytest.mark.row("N13")
@pytest.mark.parametrize("f", [print, list, [].append, Plain(), functools.partial(Plain()), Calls])
def test_whatever_else_is_called_is_taken(f: Any) -> None:
    assert EventEmitter().on("x", f).listener_count("x") == 1
