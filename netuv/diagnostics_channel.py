"""Named channels on which a program tells of itself to whoever wants to know. Node's ``diagnostics_channel``.

A channel costs nothing while nobody has subscribed to it. netuv publishes on these, as Node does; each
message is a dict:

=======================================  =======================  ==============================
channel                                  message                  when
=======================================  =======================  ==============================
'net.client.socket'                      ``socket``               connect() is called
'net.server.socket'                      ``socket``               after 'connection'
'tracing:net.server.listen:asyncStart'   ``server``, ``options``  listen() is called
'tracing:net.server.listen:asyncEnd'     ``server``               it listens, before 'listening'
'tracing:net.server.listen:error'        ``server``, ``error``    it cannot, before 'error'
=======================================  =======================  ==============================

A subscriber is called as ``f(message, name)``. What it lets out is raised by the loop's run(), and keeps
neither the other subscribers nor the publisher from going on. Channels are shared by all threads; a
subscriber is called in the thread that publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from netuv import checks, misuse
from netuv.emitter import Wrapper
from netuv.loop import Loop, check_loop

T = TypeVar("T")

Subscriber = Callable[[Any, str], object]


def _raise(error: BaseException) -> None:
    raise error


class Channel:
    """What ``channel()`` makes, once for each name. Node's ``Channel``."""

    __slots__ = ("name", "subscribers")

    def __init__(self, name: str) -> None:
        self.name = name
        #: Who hears it, in order. It is replaced and never changed, so it can be gone through at any time.
        self.subscribers: tuple[Subscriber, ...] = ()

    def __repr__(self) -> str:
        return f"<netuv.{type(self).__name__} {self.name!r}, {len(self.subscribers)} subscribers>"

    @property
    def has_subscribers(self) -> bool:
        """Whether anybody hears it, so that a message is worth making. Node's ``hasSubscribers``."""
        return bool(self.subscribers)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call ``subscriber(message, name)`` for each message; as often as it has been subscribed.

        Node's ``channel.subscribe()``.
        """
        checks.check_callback("subscriber", subscriber)
        self.subscribers = (*self.subscribers, subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> bool:
        """Take it away, once: whether it was there. Node's ``channel.unsubscribe()``."""
        for index, each in enumerate(self.subscribers):
            if each == subscriber or (isinstance(each, Wrapper) and each.listener == subscriber):
                self.subscribers = self.subscribers[:index] + self.subscribers[index + 1 :]
                return True
        return False

    def publish(self, message: Any, *, loop: Loop | None = None) -> None:
        """Call all subscribers now. Node's ``channel.publish()``.

        :param loop: whose run() raises what they let out; this thread's by default.
        """
        for subscriber in self.subscribers:
            try:
                subscriber(message, self.name)
            except Exception as error:
                check_loop(loop).next_tick(_raise, error)


_channels: dict[str, Channel] = {}


def channel(name: str) -> Channel:
    """The channel of this name. Node's ``diagnostics_channel.channel()``."""
    if not isinstance(name, str):
        raise misuse.invalid_arg_type("channel", "a str", name)
    return _channels.setdefault(name, Channel(name))  # of two threads that ask at once both get the same


def has_subscribers(name: str) -> bool:
    """Whether anybody hears the channel of this name. Node's ``hasSubscribers()``."""
    return name in _channels and _channels[name].has_subscribers


def subscribe(name: str, subscriber: Subscriber) -> None:
    """``channel(name).subscribe(subscriber)``. Node's ``diagnostics_channel.subscribe()``."""
    channel(name).subscribe(subscriber)


def unsubscribe(name: str, subscriber: Subscriber) -> bool:
    """``channel(name).unsubscribe(subscriber)``. Node's ``diagnostics_channel.unsubscribe()``."""
    return channel(name).unsubscribe(subscriber)


# -- channels of an operation --------------------------------------------------------------------------

_PARTS = {
    "start": "start",
    "end": "end",
    "async_start": "asyncStart",
    "async_end": "asyncEnd",
    "error": "error",
}


class TracingChannel:
    """Five channels that tell of one operation, with one dict as their message. Node's ``TracingChannel``.

    ``start`` and ``end`` are around the call, ``async_start`` and ``async_end`` around its callback, and
    ``error`` tells of a failure. The dict gets ``result`` or ``error``.
    """

    __slots__ = tuple(_PARTS)

    start: Channel
    end: Channel
    async_start: Channel
    async_end: Channel
    error: Channel

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        for part in _PARTS:
            given = channels.get(part)
            if not isinstance(given, Channel):
                raise misuse.invalid_arg_type(part, "a Channel", given)
            setattr(self, part, given)

    @property
    def has_subscribers(self) -> bool:
        """Whether anybody hears any of the five. Node's ``hasSubscribers``."""
        return any(getattr(self, part).subscribers for part in _PARTS)

    def subscribe(self, subscribers: Mapping[str, Subscriber]) -> None:
        """Subscribe to several at once: ``{'start': f, 'async_end': g}``. Node's ``subscribe()``."""
        checks.check_options("subscribe", subscribers, _PARTS)
        for part, subscriber in subscribers.items():
            getattr(self, part).subscribe(subscriber)

    def unsubscribe(self, subscribers: Mapping[str, Subscriber]) -> bool:
        """The opposite: whether all of them were there. Node's ``unsubscribe()``."""
        checks.check_options("unsubscribe", subscribers, _PARTS)
        found = [getattr(self, part).unsubscribe(each) for part, each in subscribers.items()]
        return all(found)

    def trace_sync(self, function: Callable[..., T], context: dict[str, Any] | None = None, *args: Any) -> T:
        """Call ``function(*args)``, and tell of it. Node's ``traceSync()``.

        :param context: the message; a new dict by default.
        """
        if not self.has_subscribers:
            return function(*args)
        context = {} if context is None else context
        self.start.publish(context)
        try:
            result = context["result"] = function(*args)
            return result
        except Exception as error:
            context["error"] = error
            self.error.publish(context)
            raise
        finally:
            self.end.publish(context)

    def trace_callback(
        self,
        function: Callable[..., T],
        position: int = -1,
        context: dict[str, Any] | None = None,
        *args: Any,
    ) -> T:
        """Call ``function(*args)``, and tell of it and of the callback among its arguments.

        Node's ``traceCallback()``.

        :param position: which argument is the callback; the last by default. It is called as
            ``callback(error, result)``.
        :param context: the message; a new dict by default.
        """
        if not self.has_subscribers:
            return function(*args)
        message: dict[str, Any] = {} if context is None else context
        callback = args[position] if -len(args) <= position < len(args) else None
        checks.check_callback("callback", callback)

        def traced(error: Any = None, result: Any = None, *more: Any) -> Any:
            if error is not None:
                message["error"] = error
                self.error.publish(message)
            else:
                message["result"] = result
            self.async_start.publish(message)
            try:
                return callback(error, result, *more)  # type: ignore[misc]
            finally:
                self.async_end.publish(message)

        changed = list(args)
        changed[position] = traced
        self.start.publish(message)
        try:
            return function(*changed)
        except Exception as error:
            message["error"] = error
            self.error.publish(message)
            raise
        finally:
            self.end.publish(message)


def tracing_channel(name: str | Mapping[str, Channel]) -> TracingChannel:
    """The five channels ``tracing:NAME:start`` and so on. Node's ``diagnostics_channel.tracingChannel()``.

    :param name: or a dict of the five, by the names of the attributes.
    """
    if isinstance(name, str):
        return TracingChannel({part: channel(f"tracing:{name}:{word}") for part, word in _PARTS.items()})
    if not isinstance(name, Mapping):
        raise misuse.invalid_arg_type("name", "a str or a dict of channels", name)
    return TracingChannel(name)
