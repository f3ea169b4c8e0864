"""Node's module ``stream``: the classes that sockets are made of, and the functions on streams.

A stream of one's own is a subclass with Node's hooks (``_read``, ``_write``, ``_transform``, …), or is made
with options: ``stream.Writable({'write': write, 'highWaterMark': 5})``. Hooks get as many arguments as they
take. JavaScript's ``this`` is the first parameter of a function among the options, if that is called ``self``
or ``this``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import wraps
from types import FunctionType, ModuleType
from typing import Any, ClassVar, TypeVar

from netuv import checks, misuse
from netuv import stream as _netuv
from netuv.node.arity import arguments, fitted, takes
from netuv.node.events import AbortController, AbortSignal, EventEmitter
from netuv.node.names import core_options, node_names
from netuv.node.options import is_falsy
from netuv.stream.behind import Behind
from netuv.stream.composing import Composed, Joined
from netuv.stream.finishing import OPTIONS
from netuv.stream.iteration import MAX_SAFE_INTEGER
from netuv.stream.pair import End
from netuv.stream.pipelining import Pipeline

R = TypeVar("R", bound="Readable")
S = TypeVar("S", bound=_netuv.Stream)
W = TypeVar("W", bound=_netuv.Writable)

Stream = _netuv.Stream

addAbortSignal = _netuv.add_abort_signal
destroy = _netuv.destroy
getDefaultHighWaterMark = _netuv.get_default_high_water_mark
isDestroyed = _netuv.is_destroyed
isDisturbed = _netuv.is_disturbed
isErrored = _netuv.is_errored
isReadable = _netuv.is_readable
isWritable = _netuv.is_writable
setDefaultHighWaterMark = _netuv.set_default_high_water_mark

#: hook -> the arguments that it is called with, besides the stream.
_HOOKS = {
    "construct": 1,
    "destroy": 2,
    "final": 1,
    "flush": 1,
    "read": 1,
    "transform": 3,
    "write": 3,
    "writev": 2,
}


def _fit_hooks(cls: type) -> None:
    """A hook that a class defines may have fewer parameters than Node gives arguments."""
    for name, count in _HOOKS.items():
        function = cls.__dict__.get(f"_{name}")
        if type(function) is FunctionType:
            fit = fitted(function, count + 1)
            if fit is not function:
                setattr(cls, f"_{name}", _method(fit))


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def hook(self: Any, *args: Any) -> Any:
        return function(self, *args)

    return hook


def _hook_of_option(stream: Any, function: Any, count: int) -> Callable[..., Any]:
    """A function among the options, which may ask for ``this``."""
    code = function.__code__ if type(function) is FunctionType else None
    if code is not None and code.co_argcount and code.co_varnames[0] in ("self", "this"):
        fit = fitted(function, count + 1)
        return lambda *args: fit(stream, *args)
    return fitted(function, count)


class _Named(_netuv.Stream, EventEmitter):
    """What each class of this module has besides netuv's: Node's options, and hooks that fit."""

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        if options or keywords:
            given = {
                **core_options(options or {}, self._options),
                **core_options(keywords, self._options),
            }
            for name in ("default_encoding", "encoding", "signal"):
                if not given.get(name):
                    given.pop(name, None)
            for name, count in _HOOKS.items():
                if name in given:
                    function = given.pop(name)
                    if callable(function):  # Node does not look at what is none
                        given[name] = _hook_of_option(self, function, count)
            super().__init__(given)
        else:
            super().__init__()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        _fit_hooks(cls)

    def destroy(self: S, error: Any = None) -> S:
        """As of netuv's; what is false in JavaScript (False, 0, '') is no error."""
        return super().destroy(None if is_falsy(error) else error)


_SEVERAL = ("concurrency", "signal")
_MAPPING = (*_SEVERAL, "high_water_mark")


def _helper(name: str, count: int, known: tuple[str, ...] = ("signal",)) -> Callable[..., Any]:
    """A helper of iterators, whose options are a dict.

    :param count: the arguments that its function gets, without ``{'signal': …}``; 0 where it has none. Like
        other callbacks it may take fewer.
    :param known: the options.
    """
    helper: Any = getattr(_netuv.Readable, name)
    before = {"to_array": 0, "reduce": 2}.get(name, 1)  # arguments before the options

    @wraps(helper)
    def with_options(self: Any, *args: Any, **keywords: Any) -> Any:
        options = args[before] if len(args) > before else None
        given = {
            option: _floor(value)
            for each in (options or {}, keywords)
            for option, value in core_options(each, known).items()
            if value is not None
        }
        args = args[:before]
        if not count:
            return helper(self, *map(_limit, args or (None,) * before), **given)
        function = args[0] if args else None
        if not callable(function):
            return helper(self, function, *args[1:], **given)
        if not takes(function, count + 1):
            return helper(self, fitted(function, count), *args[1:], **given)
        controller = AbortController()
        signal = AbortSignal.any([controller.signal, *([given["signal"]] if "signal" in given else ())])
        fit = fitted(function, count + 1)
        result = helper(self, lambda *values: fit(*values, {"signal": signal}), *args[1:], **given)
        return _aborting(result, controller) if name == "reduce" else result

    return with_options


async def _aborting(result: Any, controller: AbortController) -> Any:
    try:
        return await result
    finally:
        controller.abort()


def _floor(value: Any) -> Any:
    """As Node takes ``concurrency``: the whole part of a number, or of a text that is one."""
    number = checks.number_in(value) if isinstance(value, str) else value
    return math.floor(number) if isinstance(number, float) and math.isfinite(number) else number


def _limit(value: Any) -> Any:
    """As Node takes the number of drop() and take(): whatever JavaScript makes a number of; a NaN is 0."""
    number = checks.number_in(value) if isinstance(value, str) else value
    if number is None or number != number:
        return 0
    if number == math.inf:
        return MAX_SAFE_INTEGER
    return math.ceil(number) if isinstance(number, (int, float)) else number


@node_names()
class Readable(_Named, _netuv.Readable):
    """``stream.Readable`` with Node's names."""

    _of_helpers: ClassVar[Any]

    def iterator(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> Any:
        """``readable.iterator({'destroyOnReturn': False})``; see netuv's."""
        given = core_options({**(options or {}), **keywords}, ("destroy_on_return",))
        return super().iterator(**given)

    def set_encoding(self: R, encoding: str | None = None) -> R:
        """As of netuv's; '' is utf8, too."""
        return super().set_encoding("utf8" if encoding is None or encoding == "" else encoding)

    def compose(self, stream: Any, options: Mapping[str, Any] | None = None, **keywords: Any) -> Any:
        """``readable.compose(stream, {'signal': signal})``; see netuv's."""
        return super().compose(stream, **core_options({**(options or {}), **keywords}, ("signal",)))

    def _composed_with(self, stream: Any) -> Any:
        return _Composed.of((self, stream))

    @classmethod
    def from_(cls, iterable: Any, options: Mapping[str, Any] | None = None, **keywords: Any) -> Any:
        """Node's ``Readable.from(iterable, options)``; see netuv's."""
        given = {**core_options(options or {}, cls._options), **core_options(keywords, cls._options)}
        return super().from_(iterable, **given)

    def pipe(self, destination: W, end: bool | Mapping[str, Any] = True) -> W:
        """``source.pipe(destination, {'end': False})``; see netuv's.

        ``process.stdout`` and ``process.stderr`` are never ended, as in Node.
        """
        if isinstance(end, Mapping):
            end = end.get("end", True)
        return super().pipe(destination, bool(end) and getattr(destination, "_pipe_may_end", True))

    map = _helper("map", 1, _MAPPING)
    filter = _helper("filter", 1, _MAPPING)
    flat_map = _helper("flat_map", 1, _MAPPING)
    for_each = _helper("for_each", 1, _SEVERAL)
    some = _helper("some", 1, _SEVERAL)
    every = _helper("every", 1, _SEVERAL)
    find = _helper("find", 1, _SEVERAL)
    reduce = _helper("reduce", 2)
    drop = _helper("drop", 0)
    take = _helper("take", 0)
    to_array = _helper("to_array", 0)


Readable._of_helpers = Readable


@node_names()
class Writable(_Named, _netuv.Writable):
    """``stream.Writable`` with Node's names."""

    def pipe(self, destination: Any, end: Any = True) -> Any:
        """There is nothing to read: 'error' with code ERR_STREAM_CANNOT_PIPE."""
        self.destroy(misuse.cannot_pipe())
        return destination


@node_names()
class Duplex(_netuv.Duplex, Writable, Readable):
    """``stream.Duplex`` with Node's names."""

    pipe = Readable.pipe

    @classmethod
    def from_(cls, iterable: Any, options: Any = None, **keywords: Any) -> Any:
        """Node's ``Duplex.from(source)``; see ``netuv.stream.duplex_from()``."""
        return _Joined.of(iterable)


@node_names()
class Transform(_netuv.Transform, Duplex):
    """``stream.Transform`` with Node's names."""


@node_names()
class PassThrough(_netuv.PassThrough, Transform):
    """``stream.PassThrough`` with Node's names."""


class _Behind(Behind):
    """Its function gets an AbortSignal, which is aborted by destroy()."""

    kind = Duplex

    def __init__(self) -> None:
        super().__init__()
        self._controller = AbortController()

    def call(self, function: Callable[..., Any]) -> Any:
        """``function(iterable, {'signal': …})``."""
        return function(*arguments(function, (self, {"signal": self._controller.signal})))

    def _destroy(self, error: BaseException | None, callback: Any) -> None:
        self._controller.abort(error)
        super()._destroy(error, callback)


@node_names()
class _Joined(Joined, Duplex):
    behind = _Behind


class _Pipeline(Pipeline):
    """Its functions get an AbortSignal, which is aborted once the pipeline is done."""

    through: ClassVar[type[_netuv.PassThrough]] = PassThrough

    __slots__ = ("controller",)

    def __init__(self, *args: Any) -> None:
        self.controller = AbortController()
        super().__init__(*args)

    def call(self, function: Callable[..., Any], *source: Any) -> Any:
        """``source({'signal': …})``, ``transform(iterable, {'signal': …})``."""
        return function(*arguments(function, (*source, {"signal": self.controller.signal})))

    def over(self) -> None:
        """It has failed, or all of it is done."""
        super().over()
        self.controller.abort()


@node_names()
class _Composed(Composed, Duplex):
    join = _Joined
    pipeline = _Pipeline


@node_names()
class _End(End, Duplex):
    pass


def pipeline(
    *streams: Any, callback: Callable[..., object] | None = None, end: bool = True, signal: Any = None
) -> Any:
    """``stream.pipeline(source, ..., destination, callback)``; see netuv's.

    The options of ``stream.promises.pipeline()`` are keywords here.
    """
    if callback is None:
        *streams, callback = streams or (None,)  # type: ignore[assignment]
    checks.check_callback("callback", callback)
    assert callback is not None
    return _Pipeline(streams, fitted(callback), end, signal).start()


def finished(stream: Any, options: Any = None, callback: Any = None) -> Callable[[], None]:
    """``stream.finished(stream, options, callback)``; see netuv's."""
    if callback is None and callable(options):
        options, callback = None, options
    checks.check_callback("callback", callback)
    given = {} if options is None else core_options(options, OPTIONS)
    given.pop("cleanup", None)  # which is of stream.promises.finished()
    return _netuv.finished(stream, given, fitted(callback, 1))


def _promises() -> ModuleType:
    """``stream.promises``: what is to be awaited."""
    module = ModuleType(f"{__name__}.promises", "Node's module ``stream/promises``.")

    async def pipeline(*streams: Any, end: bool = True, signal: Any = None) -> Any:
        """Options may come last, as a dict: ``signal``, ``end``; see netuv's."""
        if streams and isinstance(streams[-1], Mapping):
            *streams, options = streams  # type: ignore[assignment]
            given = core_options(options, ("end", "signal"))
            end, signal = given.get("end", end), given.get("signal", signal)
        return await _netuv.promises.run(_Pipeline, streams, end, signal)

    async def finished(stream: Any, options: Mapping[str, Any] | None = None) -> None:
        """Wait until it has ended; see netuv's."""
        given = core_options({} if options is None else options, OPTIONS)
        return await _netuv.promises.finished(stream, **given)

    vars(module).update(pipeline=pipeline, finished=finished)
    return module


promises = _promises()


def compose(*streams: Any) -> Any:
    """``stream.compose(...streams)``; see netuv's."""
    return _Composed.of(streams)


def duplexPair(options: Mapping[str, Any] | None = None) -> Any:
    """``stream.duplexPair(options)``; see netuv's."""
    return _End.pair(options)
