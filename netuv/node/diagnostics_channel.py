"""Node's module ``diagnostics_channel``.

The channels are netuv's, so both spellings hear each other. The messages that netuv itself publishes are
dicts, with the options of listen() in netuv's spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv import checks, misuse
from netuv import diagnostics_channel as core
from netuv.node.arity import fitted
from netuv.node.names import camel_case

_PARTS = {camel_case(name): name for name in ("start", "end", "async_start", "async_end", "error")}


def _as_subscriber(value: Any) -> Callable[..., Any]:
    checks.check_callback("subscription", value)
    return fitted(value, 2)


class Channel:
    """A channel by Node's names; ``channel()`` makes one for each name."""

    def __init__(self, name: str) -> None:
        self._core = core.channel(name)

    def __repr__(self) -> str:
        return repr(self._core)

    @property
    def name(self) -> str:
        """What it is called."""
        return self._core.name

    @property
    def hasSubscribers(self) -> bool:
        """Whether anybody hears it."""
        return self._core.has_subscribers

    def subscribe(self, subscription: Callable[..., object]) -> None:
        """Call ``subscription(message, name)``, with as many of these as it takes."""
        self._core.subscribe(_as_subscriber(subscription))

    def unsubscribe(self, subscription: Any) -> bool:
        """Whether it was there."""
        return self._core.unsubscribe(subscription)

    def publish(self, message: Any = None) -> None:
        """Call all subscribers now."""
        self._core.publish(message)


_channels: dict[str, Channel] = {}


def channel(name: str) -> Channel:
    """The channel of this name."""
    core.channel(name)  # raises for what is no name
    return _channels.setdefault(name, Channel(name))


def hasSubscribers(name: str) -> bool:
    """Whether anybody hears the channel of this name."""
    return core.has_subscribers(name)


def subscribe(name: str, subscription: Callable[..., object]) -> None:
    """``channel(name).subscribe(subscription)``."""
    channel(name).subscribe(subscription)


def unsubscribe(name: str, subscription: Any) -> bool:
    """``channel(name).unsubscribe(subscription)``."""
    return channel(name).unsubscribe(subscription)


class TracingChannel:
    """The five channels of an operation, by Node's names."""

    start: Channel
    end: Channel
    asyncStart: Channel
    asyncEnd: Channel
    error: Channel

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        for part in _PARTS:
            given = channels.get(part)
            if not isinstance(given, Channel):
                raise misuse.invalid_arg_type(f"nameOrChannels.{part}", "an instance of Channel", given)
            setattr(self, part, given)
        self._core = core.TracingChannel(
            {name: core.channel(channels[part].name) for part, name in _PARTS.items()}
        )

    @property
    def hasSubscribers(self) -> bool:
        """Whether anybody hears any of the five."""
        return self._core.has_subscribers

    def subscribe(self, handlers: Mapping[str, Callable[..., object]]) -> None:
        """Subscribe to several at once: ``{'start': f, 'asyncEnd': g}``."""
        for part in _PARTS:
            if handlers.get(part) is not None:
                getattr(self, part).subscribe(handlers[part])

    def unsubscribe(self, handlers: Mapping[str, Callable[..., object]]) -> bool:
        """Whether all of them were there."""
        found = [getattr(self, part).unsubscribe(handlers[part]) for part in _PARTS if handlers.get(part)]
        return all(found)

    def traceSync(
        self, fn: Callable[..., Any], context: dict[str, Any] | None = None, thisArg: Any = None, *args: Any
    ) -> Any:
        """Call ``fn(*args)``, and tell of it; a function of Python's has no ``this``."""
        return self._core.trace_sync(fn, context, *args)

    def traceCallback(
        self,
        fn: Callable[..., Any],
        position: int = -1,
        context: dict[str, Any] | None = None,
        thisArg: Any = None,
        *args: Any,
    ) -> Any:
        """Call ``fn(*args)``, and tell of it and of the callback at this position."""
        fit = [fitted(each) if callable(each) else each for each in args]
        return self._core.trace_callback(fn, position, context, *fit)


def tracingChannel(nameOrChannels: str | Mapping[str, Channel]) -> TracingChannel:
    """The channels ``tracing:NAME:start`` and so on, or those of a dict."""
    if isinstance(nameOrChannels, str):
        names = {part: f"tracing:{nameOrChannels}:{part}" for part in _PARTS}
        return TracingChannel({part: channel(name) for part, name in names.items()})
    if not isinstance(nameOrChannels, Mapping):
        raise misuse.invalid_arg_type("nameOrChannels", "a str or a dict of channels", nameOrChannels)
    return TracingChannel(nameOrChannels)
