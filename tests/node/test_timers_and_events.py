"""timers, events and stream under Node's names."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv import node as facade
from netuv.node import (
    EventEmitter,
    clearImmediate,
    clearInterval,
    clearTimeout,
    events,
    net,
    process,
    setImmediate,
    setInterval,
    setTimeout,
)


@pytest.mark.row("N15")
def test_timers(run: Any, must_call: Any) -> None:
    order: list[object] = []
    timer: Any = setTimeout(must_call(lambda *args: order.append(args)), 1, "a", 2)
    assert isinstance(timer, netuv.timers.Timeout)
    assert timer.hasRef()
    assert timer.unref() is timer
    assert not timer.hasRef()
    assert timer.ref().refresh() is timer

    def tick() -> None:
        order.append("interval")
        if order.count("interval") == 2:
            clearInterval(interval)

    interval = setInterval(must_call(tick, 2), 20)
    clearTimeout(setTimeout(lambda: order.append("never"), 1))
    clearTimeout(None)
    immediate: Any = setImmediate(must_call(lambda text: order.append(text)), "immediate")
    assert immediate.hasRef()
    assert isinstance(immediate, netuv.timers.Immediate)
    clearImmediate(setImmediate(lambda: order.append("never")))
    process.nextTick(must_call(lambda text: order.append(text)), "tick")
    run()
    assert order[0] == "tick"
    assert sorted(map(str, order[1:3])) == ["('a', 2)", "immediate"]
    assert order[3:] == ["interval", "interval"]


def test_a_delay_may_be_a_text(loop: netuv.Loop) -> None:
    for delay, ms in ("50", 50), (" 30 ", 30), ("0x10", 16), ("", 1), (None, 1), (True, 1):
        assert f"{ms} ms" in repr(setTimeout(print, delay).unref())
        assert f"{ms} ms" in repr(setInterval(print, delay).unref())
    with pytest.warns(netuv.timers.TimeoutNaNWarning):
        assert "1 ms" in repr(setTimeout(print, "x").unref())
    for timer in loop.handles:
        timer.close()


@pytest.mark.row("N13")
def test_event_emitter() -> None:
    emitter: Any = EventEmitter()
    heard: list[object] = []
    emitter.addListener("x", heard.append)
    emitter.prependListener("x", lambda value: heard.append(-value))
    emitter.prependOnceListener("x", lambda value: heard.append("once"))
    assert emitter.listenerCount("x") == 3
    assert emitter.eventNames() == ["x"]
    assert emitter.rawListeners("x")[0].listener is emitter.listeners("x")[0]
    emitter.emit("x", 1)
    assert heard == ["once", -1, 1]
    emitter.removeListener("x", heard.append).removeAllListeners("x")
    assert emitter.listenerCount("x") == 0
    assert emitter.setMaxListeners(3).getMaxListeners() == 3


def test_options_of_an_emitter() -> None:
    """They are what Node's are; one that it does not know is not looked at."""

    class Mine(EventEmitter):
        def __init__(self) -> None:
            super().__init__({"captureRejections": True, "other": 1})

    async def listener() -> None: ...

    assert Mine().on("x", print).on("x", listener).listeners("x") == [print, listener]
    with pytest.raises(TypeError) as raised:
        EventEmitter({"captureRejections": 1})
    assert raised.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]


@pytest.mark.row("A10")
def test_capture_rejections_of_all_emitters(monkeypatch: pytest.MonkeyPatch, loop: netuv.Loop) -> None:
    async def listener(*args: Any) -> None: ...

    monkeypatch.setattr(EventEmitter, "captureRejections", False)
    with pytest.raises(TypeError):
        EventEmitter().on("x", listener)
    events.captureRejections = True
    assert EventEmitter().on("x", listener).rawListeners("x") == [listener]
    assert net.Server().once("x", listener).listenerCount("x", listener) == 1
    assert EventEmitter.captureRejections is events.captureRejections is True
    with pytest.raises(TypeError):
        events.captureRejections = 1
    assert events.captureRejectionSymbol == EventEmitter.captureRejectionSymbol


@pytest.mark.row("N13")
def test_default_max_listeners_is_set_on_the_class(monkeypatch: pytest.MonkeyPatch, loop: netuv.Loop) -> None:
    monkeypatch.setattr(EventEmitter, "defaultMaxListeners", 1)
    emitter: Any = EventEmitter().on("x", print)
    assert net.Socket().getMaxListeners() == emitter.default_max_listeners == 1
    assert netuv.EventEmitter().get_max_listeners() == 10
    with pytest.warns(RuntimeWarning, match="more than 1"):
        emitter.on("x", print)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        netuv.EventEmitter().on("x", print).on("x", print)


def test_a_writable_cannot_be_piped(run: Any, must_call: Any, tmp_path: Path) -> None:
    with open(tmp_path / "file", "wb") as file:
        sink = facade.stdio.FileOutput(file.fileno(), netuv.default_loop())
        sink.on("error", must_call(lambda error: codes.append(error.code)))
        codes: list[str] = []
        sink.pipe(sink)
        run()
    assert codes == ["ERR_STREAM_CANNOT_PIPE"]
