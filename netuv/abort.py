"""AbortController and AbortSignal: one switch that ends what was given its signal.

What takes a signal says with on_abort() what is to be done then: this module knows neither sockets nor
servers nor loops. What is to be done is a listener of 'abort', in its place among those of the user. All of
them are called, also after one that raises.

AbortSignal.any() makes a signal that depends on others. They know it by a weak reference as long as nobody
listens to it, so that a signal which lives long does not collect all that was ever made of it. A signal of
timeout() depends on one that only the timer has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary

from netuv import checks, errors, misuse
from netuv.emitter import EventEmitter

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    S = TypeVar("S", bound="AbortSignal")


MAX_TIMEOUT = 2**32 - 1  # ms


class AbortSignal(EventEmitter):
    """Tells whether it was aborted; emits 'abort' once when it is."""

    _max_listeners = 0  # one for very many sockets is no mistake
    _each_hears = ("abort",)
    _aborted = False
    _reason: Any = None
    #: On which it depends; none of them depends on another.
    _sources: tuple[AbortSignal, ...] = ()
    #: What depends on it, in the order in which it was made; the value keeps alive what is listened to.
    _dependents: WeakKeyDictionary[AbortSignal, AbortSignal | None] | None = None
    #: ``set_timeout`` of netuv.timers, which puts it here.
    _set_timeout: ClassVar[Callable[..., Any]]

    @property
    def aborted(self) -> bool:
        """Whether it was aborted. Node's ``signal.aborted``."""
        return self._aborted

    @property
    def reason(self) -> Any:
        """Why: what abort() was given, an AbortError by default; None before. Node's ``signal.reason``."""
        return self._reason

    def throw_if_aborted(self) -> None:
        """Raise the reason once aborted. Node's ``signal.throwIfAborted()``.

        A reason that is no exception is raised as an AbortError that has it as its ``reason``.
        """
        if self._aborted:
            if isinstance(self._reason, BaseException):
                raise self._reason
            raise errors.abort_error(self._reason)

    # -- ways to make one ------------------------------------------------------------------------

    @classmethod
    def abort(cls: type[S], reason: Any = None) -> S:
        """A signal that is aborted already. Node's ``AbortSignal.abort()``.

        :param reason: any object; None for an AbortError.
        """
        signal = cls()
        signal._abort(reason)
        return signal

    @classmethod
    def timeout(cls: type[S], delay: int, *, loop: Any = None) -> S:
        """A signal that is aborted in ``delay`` ms. Node's ``AbortSignal.timeout()``.

        :param delay: 0 to 2**32 - 1, though more than 2**31 - 1 counts as 1, with a TimeoutOverflowWarning,
            as in set_timeout(). Raises ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE.
        :param loop: the loop that waits, which this does not keep running.

        Its reason is a TimeoutError, code TIMEOUT_ERR.
        """
        delay = checks.check_int("delay", delay, 0, MAX_TIMEOUT)
        source = AbortSignal()
        timer = cls._set_timeout(lambda: source._abort(errors.abort_timeout()), delay, loop=loop)
        timer.unref()
        return cls._depending_on([source])

    @classmethod
    def any(cls: type[S], signals: Iterable[AbortSignal]) -> S:
        """A signal that is aborted when the first of these is, with its reason. Node's ``AbortSignal.any()``.

        One of them that is aborted already counts; of none it is never aborted.
        """
        if isinstance(signals, (str, bytes)) or not isinstance(signals, Iterable):
            raise misuse.invalid_arg_type("signals", "a list of AbortSignals", signals)
        given = [check_signal(f"signals[{i}]", each) for i, each in enumerate(signals)]
        for each in given:
            if each._aborted:
                return cls.abort(each._reason)
        return cls._depending_on(source for each in given for source in each._sources or (each,))

    @classmethod
    def _depending_on(cls: type[S], sources: Iterable[AbortSignal]) -> S:
        signal = cls()
        signal._sources = tuple(dict.fromkeys(sources))
        signal._hold()
        return signal

    # -- listeners keep it alive -----------------------------------------------------------------

    def _hold(self) -> None:
        for source in self._sources:
            if source._dependents is None:
                source._dependents = WeakKeyDictionary()
            source._dependents[self] = self if "abort" in self._events else None

    def _let_go(self) -> None:
        for source in self._sources:
            if source._dependents is not None:
                source._dependents.pop(self, None)
        self._sources = ()

    def _add_listener(self, event: str, listener: Callable[..., Any], prepend: bool = False) -> None:
        super()._add_listener(event, listener, prepend)
        self._hold()

    def remove_listener(self: S, event: str, f: Callable[..., Any]) -> S:  # type: ignore[override]
        """As of EventEmitter."""
        super().remove_listener(event, f)
        self._hold()
        return self

    def remove_all_listeners(self: S, event: str | None = None) -> S:  # type: ignore[override]
        """As of EventEmitter."""
        super().remove_all_listeners(event)
        self._hold()
        return self

    # -- abort -----------------------------------------------------------------------------------

    def _abort(self, reason: Any) -> None:
        """Once, further calls do nothing. Raises what listeners raised, when all have been called."""
        if self._aborted:
            return
        if reason is None:
            reason = errors.abort_reason()
        signals = [self, *(each for each in self._dependents or () if not each._aborted)]
        for each in signals:  # before any listener is called
            each._aborted = True
            each._reason = reason
            each._let_go()
        raised = []
        for each in signals:
            try:
                each.emit("abort")
            except BaseException as error:
                raised.append(error)
        if raised:
            errors.chain(raised[0], raised[1:])
            raise raised[0]


class AbortController:
    """``signal`` is to be given away, ``abort()`` to be called."""

    _signal_class: ClassVar[type[AbortSignal]] = AbortSignal

    def __init__(self) -> None:
        self._signal = self._signal_class()

    @property
    def signal(self) -> AbortSignal:
        """The AbortSignal. Node's ``controller.signal``."""
        return self._signal

    def abort(self, reason: Any = None) -> None:
        """Abort all that listens to the signal; once, further calls do nothing.

        :param reason: any object; None for an AbortError.

        Raises what a listener raised, when all that was given the signal has ended.
        """
        self._signal._abort(reason)


class Reaction:
    """What is to happen at 'abort', once: a listener, until it is called or disposed of.

    ``with`` disposes of it at the end.
    """

    __slots__ = ("_react", "_signal")

    def __init__(self, signal: AbortSignal, react: Callable[[], object]) -> None:
        self._signal = signal
        self._react: Callable[[], object] | None = react

    def __call__(self) -> None:
        """It happens now."""
        react = self._react
        self.dispose()
        if react is not None:
            react()

    def dispose(self) -> None:
        """It is not to happen any more. Node's ``[Symbol.dispose]()``."""
        self._react = None
        self._signal.remove_listener("abort", self)

    def __enter__(self) -> Reaction:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.dispose()


def check_signal(name: str, value: object) -> AbortSignal:
    """It is an AbortSignal.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    if not isinstance(value, AbortSignal):
        raise misuse.invalid_arg_type(name, "an AbortSignal", value)
    return value


def on_abort(
    signal: Any, react: Callable[[], object], *, owner: EventEmitter, tick: Callable[..., object]
) -> None:
    """What the option ``signal`` of ``owner`` does: call ``react()`` at 'abort', unless 'close' comes before.

    :param tick: calls what it is given soon; asked when the signal is aborted already.
    :raises ArgTypeError: ERR_INVALID_ARG_TYPE if it is no signal.
    """
    signal = check_signal("signal", signal)
    if signal.aborted:
        tick(react)
        return
    reaction = Reaction(signal, react)
    signal.on("abort", reaction)
    owner.prepend_once_listener("close", lambda *args: reaction.dispose())
