"""EventEmitter: Node's contract, on pyee's class.

It is a pyee.EventEmitter (``isinstance`` holds, and all of pyee's methods are there), but nothing
of pyee's storage is used: pyee locks and copies an OrderedDict at every emit, calls a function
once that was added twice, and raises when an unknown one is removed.

The listeners of an event are a tuple in ``_events``. Adding or removing makes a new tuple, so emit
walks the one it found without copying it: a listener added meanwhile is not called, one removed
meanwhile still is. An event without listeners has no key, so ``"data" in self._events`` is the
test, and what costs nothing stays free: 'newListener' and 'removeListener' are one look-up each
when nobody listens to them, and an emitter is one dict until something is set on it. The read
path of a Socket looks at ``_events`` itself; its shape is part of the contract in here.

Who calls whom, for a subclass that has to notice listeners (Readable does): add_listener, once and
the decorators go through ``on``; off and a once listener that is called go through
``remove_listener``; the two prepend methods do not go through ``on``, as in Node. A class that has to
notice removals of a few events only names them in ``_notes_removals``.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

import pyee

from netuv import checks, errors, misuse
from netuv.context import Within

#: Its listeners hear of each 'error' first, and do not count as listeners of it. Node's ``errorMonitor``.
ERROR_MONITOR = "events.errorMonitor"

_MANY = 64  # listeners of one event, from which on they are a _Many; it is a tuple again below half of it

Listener = Callable[..., Any]
F = TypeVar("F", bound=Listener)
if TYPE_CHECKING:  # typing would compile the text of a bound at import
    import asyncio

    Self = TypeVar("Self", bound="EventEmitter")


class MaxListenersExceededWarning(RuntimeWarning):
    """More listeners for one event than ``get_max_listeners()``: perhaps a leak."""


class Wrapper:
    """A listener that is called in the place of another one, by whose name it is found and removed.

    :param listener: that one; it may be a wrapper itself.
    """

    __slots__ = ("listener",)

    def __init__(self, listener: Listener) -> None:
        self.listener = listener

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the other one."""
        raise NotImplementedError


class _Once(Wrapper):
    """A listener that removes itself before its first call; raw_listeners() shows it."""

    __slots__ = ("emitter", "event")

    def __init__(self, emitter: EventEmitter, event: str, listener: Listener) -> None:
        self.listener = listener
        self.emitter: EventEmitter | None = emitter  # None: it was called
        self.event = event

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # It is called twice when the event is emitted again before its turn has come.
        emitter, self.emitter = self.emitter, None
        if emitter is None:
            return None
        emitter.remove_listener(self.event, self)
        return self.listener(*args, **kwargs)


class _Captured(Wrapper):
    """A listener that may be async: it runs as a task, and the emitter hears of its failure."""

    __slots__ = ("emitter", "event")

    def __init__(self, emitter: EventEmitter, event: str, listener: Listener) -> None:
        super().__init__(listener)
        self.emitter = emitter
        self.event = event

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self.listener(*args, **kwargs)
        if not isinstance(result, Coroutine):
            return result
        import asyncio

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            result.close()
            raise misuse.not_within_asyncio(f"{self.event!r} is") from None
        task = loop.create_task(result)
        _tasks.add(task)
        captures = self.emitter.capture_rejections

        def done(task: asyncio.Task[Any]) -> None:
            _tasks.discard(task)
            error = None if task.cancelled() else task.exception()
            if not isinstance(error, Exception):
                return
            if captures:
                self.emitter._next_tick(self.emitter._on_rejection, error, self.event, *args)
            else:  # an 'error' listener has failed that was to hear of a failure
                message = f"Exception in an async listener of {self.event!r}"
                loop.call_exception_handler({"message": message, "exception": error})

        task.add_done_callback(done)
        return task


_tasks: set[Any] = set()  # of async listeners: asyncio itself does not keep them alive


class _Many:
    """Many listeners of one event. Adding and removing one takes the same time, whatever their number.

    It has what is used of the tuple in its place: ``len``, and iteration over those that are there when it
    begins. Raises TypeError for a listener that cannot be hashed.
    """

    __slots__ = ("_by_number", "_first", "_last", "_numbers", "_tuple")

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self._first = self._last = 0  # the numbers that were given so far
        self._by_number: dict[int, Listener] = {}  # the order of the listeners is that of their numbers
        self._numbers: dict[Listener, list[int]] = {}  # ascending; one can be there several times
        self._tuple: tuple[Listener, ...] | None = None
        for listener in listeners:
            self.add(listener)

    def __len__(self) -> int:
        return len(self._by_number)

    def __iter__(self) -> Iterator[Listener]:
        if self._tuple is None:
            self._tuple = tuple(self._by_number[number] for number in sorted(self._by_number))
        return iter(self._tuple)

    def add(self, listener: Listener, prepend: bool = False) -> None:
        names = set(_names(listener))  # it can be removed by either
        if prepend:
            number = self._first = self._first - 1
        else:
            number = self._last = self._last + 1
        for name in names:
            numbers = self._numbers.setdefault(name, [])
            numbers.insert(0 if prepend else len(numbers), number)
        self._by_number[number] = listener
        self._tuple = None

    def remove(self, f: Listener) -> Listener | None:
        """Remove what ``f`` names, of several the last one; returned is what was there, if anything."""
        try:
            numbers = self._numbers[f]
        except (KeyError, TypeError):  # what cannot be hashed is none of these
            return None
        number = numbers[-1]
        listener = self._by_number.pop(number)
        for name in set(_names(listener)):
            numbers = self._numbers[name]
            if numbers[-1] == number:
                numbers.pop()
            else:  # a wrapper of once() that was called, say
                numbers.remove(number)
            if not numbers:
                del self._numbers[name]
        self._tuple = None
        return listener


def _call_each(event: str, listeners: Iterable[Listener], args: tuple[Any, ...]) -> list[BaseException]:
    """Call each, whatever the others raise; what they raised."""
    raised: list[BaseException] = []
    for listener in listeners:
        try:
            listener(*args)
        except BaseException as error:
            error.__context__ = None  # it has nothing to do with the one that is being handled
            if type(error) is TypeError:
                tell_arguments(error, event, listener, args)
            raised.append(error)
    return raised


def _after_raise(
    emitter: EventEmitter,
    event: str,
    listener: Listener,
    later: Iterable[Listener],
    args: tuple[Any, ...],
    error: BaseException,
    kwargs: Any = None,
) -> None:
    """A listener has raised ``error``, which goes on after this."""
    if type(error) is TypeError:
        tell_arguments(error, event, listener, args, kwargs)
    if event in emitter._each_hears:
        errors.chain(error, _call_each(event, later, args))


def _names(listener: Listener) -> Iterator[Listener]:
    """What a listener may be called when it is removed or counted: itself, and what it stands for."""
    yield listener
    while isinstance(listener, Wrapper):
        listener = listener.listener
        yield listener


def _original(listener: Listener) -> Listener:
    while isinstance(listener, Wrapper):
        listener = listener.listener
    return listener


def tell_arguments(
    error: TypeError, event: str, listener: Listener, args: tuple[Any, ...], kwargs: Any = None
) -> None:
    """Note on ``error``, that calling ``listener`` raised, what it got, if it cannot be called with that."""
    misuse.tell_arguments(error, f"listener of {event!r}", _original(listener), args, kwargs or {})


def _no_event(event: object) -> errors.ArgTypeError:
    return misuse.invalid_arg_type("event", "hashable, a str say", event)


def check_limit(name: str, n: Any) -> float:
    """A number of listeners: 0 or more, ``math.inf`` too.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    :raises ArgValueError: ERR_OUT_OF_RANGE.
    """
    if isinstance(n, bool) or not isinstance(n, (int, float)):
        raise misuse.invalid_arg_type(name, "a number", n)
    if not 0 <= n <= math.inf or (isinstance(n, int) and n > sys.float_info.max):
        raise misuse.out_of_range(name, "a non-negative number", n)
    return n


class EventEmitter(pyee.EventEmitter):
    """Node's EventEmitter.

    :param capture_rejections: listeners may be async as well. Each call is a task, which runs beside those
        of other events. What it raises becomes an 'error'; of a stream it is destroy(error). A class that
        wants something else has ``_on_rejection(error, event, *args)``. Node's ``captureRejections``.

    Listeners are plain functions, called in the order they were added, with what was emitted; else an
    ``async def``, and always a generator function, is refused. What a listener raises comes out of
    ``emit()`` at once and the later ones are not called. Wherever a listener is taken, ERR_INVALID_ARG_TYPE
    (a TypeError) is raised for what is not callable.

    Emits 'newListener' (event, listener) before a listener is added, and 'removeListener' (event,
    listener) after one was removed.
    """

    #: What get_max_listeners() gives where nothing was set; checked there, as set_max_listeners() checks
    #: its argument. Node's ``defaultMaxListeners``.
    default_max_listeners: ClassVar[float] = 10

    #: What the option says; set on the class, it is that of all emitters. Node's ``captureRejections``.
    capture_rejections: bool = False

    #: Checks a callback of a method, and returns what is to be called; netuv.node has one that does more.
    _check_callback = staticmethod(checks.check_callback)

    _events: dict[str, tuple[Listener, ...] | _Many]  # type: ignore[assignment]
    #: The context that listeners run in; None: that of whoever emits.
    _within: Within | None = None
    #: Events that every listener hears, also after one that raises; of others the later ones are not called.
    _each_hears: ClassVar[tuple[str, ...]] = ()
    #: Events of which the class is told when a listener of theirs was to be removed: _on_removed(event).
    _notes_removals: ClassVar[tuple[str, ...]] = ()
    _max_listeners: float | None = None
    _warned: frozenset[str] = frozenset()  # the events whose warning was given

    def __init__(self, *, capture_rejections: bool | None = None) -> None:
        # Not pyee's, which makes a lock and another dict.
        self._events = {}
        if capture_rejections is not None:
            self.capture_rejections = checks.check_bool("capture_rejections", capture_rejections)

    # -- emitting --------------------------------------------------------------------------------

    def emit(self, event: str, *args: Any, **kwargs: Any) -> bool:
        """Call the listeners of ``event``; True if there was one. Node's ``emit()``.

        An 'error' without a listener is raised: the error itself or, for what is no exception, a
        NetError ERR_UNHANDLED_ERROR with the value as ``context``.
        """
        try:
            listeners = self._events.get(event)
        except (TypeError, ValueError):  # ValueError: a memoryview that can be written to
            raise _no_event(event) from None
        except AttributeError:
            raise misuse.no_super_init(self) from None
        if listeners is not None:
            within = self._within
            if within is not None and not within.entered:
                return bool(within.run(EventEmitter.emit, self, event, *args, **kwargs))
        if event == "error" and ERROR_MONITOR in self._events:
            self.emit(ERROR_MONITOR, *args, **kwargs)
        if listeners is None:
            if event == "error":
                raise misuse.unhandled_error(args[0] if args else None, self)
            return False
        rest = iter(listeners)
        try:
            if kwargs:  # pyee has them; passing none on is slower than asking
                for listener in rest:
                    listener(*args, **kwargs)
            else:
                for listener in rest:
                    listener(*args)
        except BaseException as error:
            _after_raise(self, event, listener, rest, args, error, kwargs)
            raise
        return True

    # -- adding ----------------------------------------------------------------------------------

    @overload  # type: ignore[override]
    def on(self, event: str) -> Callable[[F], F]: ...
    @overload
    def on(self: Self, event: str, f: Listener) -> Self: ...

    def on(self, event: str, f: Listener | None = None) -> Any:
        """Add a listener after the present ones; the emitter is returned. Node's ``on()``.

        Without ``f`` it is a decorator: ``@x.on("data")`` above a function adds it.
        """
        if f is None:
            return self.listens_to(event)
        self._add_listener(event, f)
        return self

    def add_listener(self: Self, event: str, f: Listener) -> Self:  # type: ignore[override]
        """The same as ``on(event, f)``. Node's ``addListener()``."""
        self._check_listener(f)
        self.on(event, f)
        return self

    def listens_to(self, event: str) -> Callable[[F], F]:
        """The decorator of ``on(event)`` under the name that pyee gives it."""

        def decorate(f: F) -> F:
            self.add_listener(event, f)
            return f

        return decorate

    @overload  # type: ignore[override]
    def once(self, event: str) -> Callable[[F], F]: ...
    @overload
    def once(self: Self, event: str, f: Listener) -> Self: ...

    def once(self, event: str, f: Listener | None = None) -> Any:
        """Add a listener that is removed before its first call. Node's ``once()``.

        Without ``f`` it is a decorator.
        """
        if f is not None:
            self.on(event, _Once(self, event, f))
            return self

        def decorate(f: F) -> F:
            self.on(event, _Once(self, event, f))
            return f

        return decorate

    def prepend_listener(self: Self, event: str, f: Listener) -> Self:
        """Add a listener before the present ones. Node's ``prependListener()``."""
        self._add_listener(event, f, prepend=True)
        return self

    def prepend_once_listener(self: Self, event: str, f: Listener) -> Self:
        """``once(event, f)``, but before the present ones. Node's ``prependOnceListener()``."""
        return self.prepend_listener(event, _Once(self, event, f))

    def _add_listener(self, event: str, listener: Listener, prepend: bool = False) -> None:
        given: Any = listener.listener if type(listener) is _Once else listener
        if not checks.is_plain(given) and not isinstance(given, Wrapper):  # which has checked its own
            self._check_listener(given)
        if self.capture_rejections:
            listener = _Captured(self, event, listener)
        try:
            events = self._events
        except AttributeError:
            raise misuse.no_super_init(self) from None
        if "newListener" in events:
            self.emit("newListener", event, _original(listener))
        try:
            present = events.get(event, ())
        except (TypeError, ValueError):
            raise _no_event(event) from None
        if not present:
            events[event] = (listener,)
            return
        if event not in self._warned:
            limit = self.get_max_listeners()
            if len(present) >= limit > 0:
                self._warned |= {event}
                self._warn_of_leak(event, len(present) + 1, limit)  # made an exception it adds nothing
                present = self._present(event)
        if isinstance(present, _Many) or len(present) >= _MANY:
            try:
                many = present if isinstance(present, _Many) else _Many(present)
                many.add(listener, prepend)
            except TypeError:  # one of them cannot be hashed
                present = tuple(present)
            else:
                events[event] = many
                return
        events[event] = (listener, *present) if prepend else (*present, listener)

    def _check_listener(self, listener: Listener) -> None:
        if not (self.capture_rejections and checks.is_coroutine_function(listener)):
            checks.check_callback("listener", listener)

    def _present(self, event: str) -> tuple[Listener, ...] | _Many:
        try:
            return self._events.get(event, ())
        except (TypeError, ValueError):
            raise _no_event(event) from None
        except AttributeError:
            raise misuse.no_super_init(self) from None

    def _warn_of_leak(self, event: str, count: int, limit: float) -> None:
        level, frame = 1, sys._getframe()
        while frame.f_back and frame.f_globals.get("__name__", "").startswith("netuv."):
            level, frame = level + 1, frame.f_back
        warnings.warn(
            f"{count} {event!r} listeners on one {type(self).__name__}, more than {limit}: if they"
            " are not added again and again by mistake, raise the limit with set_max_listeners()",
            MaxListenersExceededWarning,
            stacklevel=level,
        )

    # -- removing --------------------------------------------------------------------------------

    def remove_listener(self: Self, event: str, f: Listener) -> Self:  # type: ignore[override]
        """Remove ``f``, once: of several, the one added last. Node's ``removeListener()``.

        A function that is no listener of the event is ignored.
        """
        if not callable(f):
            raise misuse.invalid_arg_type("listener", "a function", f)
        try:
            listeners = self._events.get(event, ())  # _present() without a call
        except (TypeError, ValueError, AttributeError):
            listeners = self._present(event)  # which says why
        removed: Listener | None = None
        if isinstance(listeners, _Many):
            removed = listeners.remove(f)
            if len(listeners) < _MANY // 2:
                self._events[event] = tuple(listeners)
        elif len(listeners) == 1 and listeners[0] == f:  # the usual case of what comes below
            removed = listeners[0]
            del self._events[event]
        else:
            # "==", because each x.method is a new object that only equals the one that was added.
            for i in range(len(listeners) - 1, -1, -1):
                listener = listeners[i]
                inner = listener
                while not (named := inner == f) and isinstance(inner, Wrapper):  # as in _names()
                    inner = inner.listener
                if named:
                    removed = listener
                    if len(listeners) == 1:
                        del self._events[event]
                    else:
                        self._events[event] = listeners[:i] + listeners[i + 1 :]
                    break
        try:
            if removed is not None and "removeListener" in self._events:
                self.emit("removeListener", event, _original(removed))
        finally:
            if event in self._notes_removals:
                self._on_removed(event)
        return self

    def off(self: Self, event: str, f: Listener) -> Self:
        """The same as ``remove_listener(event, f)``. Node's ``off()``."""
        self.remove_listener(event, f)
        return self

    def remove_all_listeners(  # type: ignore[override]
        self: Self, event: str | None = None
    ) -> Self:
        """Remove the listeners of ``event``, or all there are. Node's ``removeAllListeners()``."""
        events = self._events
        if "removeListener" not in events:
            if event is None:
                events.clear()
            elif self._present(event):
                del events[event]
        elif event is not None:
            for listener in reversed(tuple(self._present(event))):
                self.remove_listener(event, listener)
        else:  # 'removeListener' last, so that its listeners hear of all the others
            for name in [name for name in events if name != "removeListener"]:
                self.remove_all_listeners(name)
            self.remove_all_listeners("removeListener")
        return self

    def _on_removed(self, event: str) -> None:
        raise NotImplementedError  # of a class that watches none

    # -- looking ---------------------------------------------------------------------------------

    def listeners(self, event: str) -> list[Listener]:
        """The listeners of ``event``, as they were given. Node's ``listeners()``."""
        return [_original(listener) for listener in self._present(event)]

    def raw_listeners(self, event: str) -> list[Listener]:
        """The listeners of ``event`` as they are called. Node's ``rawListeners()``.

        One that was added with once() is wrapped: the wrapper's ``listener`` is the function, and
        calling the wrapper removes it.
        """
        present = self._present(event)
        return [each.listener if type(each) is _Captured else each for each in present]

    def listener_count(self, event: str, listener: Listener | None = None) -> int:
        """The number of listeners of ``event``. Node's ``listenerCount()``.

        :param listener: count only this function.
        """
        listeners = self._present(event)
        if listener is None:
            return len(listeners)
        return sum(listener in _names(each) for each in listeners)

    def event_names(self) -> list[str]:  # type: ignore[override]
        """The events that have listeners, in the order they got one. Node's ``eventNames()``."""
        return list(self._events)

    def set_max_listeners(self: Self, n: float) -> Self:
        """Give a MaxListenersExceededWarning for more than ``n`` listeners of one event.

        :param n: 0 or ``math.inf`` for never. Raises ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE.

        Node's ``setMaxListeners()``.
        """
        self._max_listeners = check_limit("n", n)
        return self

    def get_max_listeners(self) -> float:
        """The number of listeners that is still without a warning. Node's ``getMaxListeners()``."""
        limit = self._max_listeners
        if limit is None:
            limit = self.default_max_listeners
            if type(limit) is not int or not 0 <= limit < 1 << 30:  # which needs no more
                check_limit("default_max_listeners", limit)
        return limit

    # -- async listeners ---------------------------------------------------------------------------

    def _on_rejection(self, error: Exception, event: str, *args: Any) -> None:
        """An async listener of ``event`` has raised ``error``. Node's ``captureRejectionSymbol``."""
        captures, self.capture_rejections = self.capture_rejections, False
        try:  # an 'error' listener that fails as well is not called again
            self.emit("error", error)
        finally:
            self.capture_rejections = captures

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        raise NotImplementedError  # until the program has a loop: see netuv.stream.base.set_default_tick()

    # -- pyee's pickling knows of a lock that is not there -----------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state)


def set_emit(shorten: Callable[[Any, Callable[..., None]], Any]) -> None:
    """What makes of emit() one that is quick in the usual case; this module knows none.

    :param shorten: gets emit(), and what is to be called when a listener has raised: ``(emitter, event,
        listener, later ones, args, error)``.
    """
    EventEmitter.emit = shorten(EventEmitter.emit, _after_raise)  # type: ignore[method-assign]
