"""netuv.node.stream: Node's spellings, options and hooks, as ported programs write them."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import MustCall, Run, code_of, script

import netuv
from netuv.node import AbortController, net, setImmediate, stream


@pytest.mark.row("N18")
def test_hooks_as_options(run: Run, must_call: MustCall) -> None:
    seen: list[Any] = []

    def read(this: Any) -> None:
        this.push("a")
        this.push(None)

    def transform(self: Any, chunk: bytes, encoding: str, callback: Any) -> None:
        self.push(chunk.upper())
        callback()

    def write(chunk: bytes, encoding: str, callback: Any) -> None:
        seen.append((chunk, encoding))
        callback()

    source = stream.Readable({"read": read, "highWaterMark": 5, "unknown": 1})
    middle = stream.Transform({"transform": transform, "flush": lambda callback: callback(None, "!")})
    destination = stream.Writable({"write": write, "decodeStrings": False, "final": None, "signal": None})
    assert source.readableHighWaterMark == 5
    assert stream.pipeline(source, middle, destination, lambda: seen.append("done")) is destination
    run()
    assert seen == [(b"A", "buffer"), (b"!", "buffer"), "done"]


@pytest.mark.row("N18")
def test_hooks_of_a_subclass_have_as_many_parameters_as_they_like(run: Run) -> None:
    seen: list[Any] = []

    class Source(stream.Readable):
        def __init__(self, options: Any = None) -> None:
            super().__init__(options)
            self.letters = ["a", "b", None]

        def _read(self) -> None:
            self.push(self.letters.pop(0))

    class Upper(stream.Transform):
        def _transform(self, chunk: bytes, encoding: str, callback: Any, more: Any = None) -> None:
            callback(None, chunk.upper())

    class Sink(stream.Writable):
        def _write(self, chunk: Any, *rest: Any) -> None:
            seen.append(chunk)
            rest[1]()

        def _destroy(self, error: Any, callback: Any) -> None:
            seen.append("destroy")
            callback(error)

    Source().pipe(Upper()).pipe(Sink({"highWaterMark": 1}))
    run()
    assert seen == [b"A", b"B", "destroy"]


@pytest.mark.row("N18")
def test_what_is_no_hook_is_not_looked_at(run: Run) -> None:
    readable = stream.Readable({"read": 5, "encoding": "", "objectMode": True})
    assert readable.readableObjectMode is True
    readable.on("error", lambda error: seen.append(error.code))
    seen: list[str] = []
    readable.resume()
    run()
    assert seen == ["ERR_METHOD_NOT_IMPLEMENTED"]
    assert stream.Writable({"defaultEncoding": None}).writableObjectMode is False


@pytest.mark.row("N18")
def test_from(run: Run, must_call: MustCall) -> None:
    seen: list[Any] = []
    readable = stream.Readable.from_(["a", "b"], {"highWaterMark": 3})
    assert isinstance(readable, stream.Readable)
    assert (readable.readableObjectMode, readable.readableHighWaterMark) == (True, 3)
    readable.on("data", seen.append)
    duplex = stream.Duplex.from_(["c"])
    assert isinstance(duplex, stream.Duplex)
    assert (duplex.readable, duplex.writable) == (True, False)
    duplex.on("data", seen.append)
    run()
    assert sorted(seen) == ["a", "b", "c"]
    assert isinstance(stream.Duplex.from_({"writable": stream.PassThrough().resume()}), stream.Duplex)
    run()


@pytest.mark.row("N19")
def test_pipeline_of_functions(run: Run, must_call: MustCall) -> None:
    signals: list[Any] = []

    def source(options: Any) -> Any:
        signals.append(options["signal"])
        yield "a"

    def upper(chunks: Any) -> Any:
        for chunk in chunks:
            yield chunk.upper()

    def last(chunks: Any, options: Any) -> str:
        signals.append(options["signal"])
        return "".join(chunks)

    through = stream.pipeline(source, upper, last, must_call(lambda error, value: signals.append(value)))
    assert isinstance(through, stream.PassThrough)
    through.resume()
    run()
    first, second, value = sorted(signals, key=lambda each: isinstance(each, str))
    assert first is second
    assert first.aborted
    assert value == "A"


@pytest.mark.row("N19")
def test_pipeline_takes_the_options_of_promises_as_keywords(run: Run, must_call: MustCall) -> None:
    controller = AbortController()
    through = stream.PassThrough()
    stream.pipeline(["a"], through, must_call(lambda error: None), end=False, signal=controller.signal)
    through.resume()
    run()
    assert through.writable
    for streams in (), (through, through):
        assert code_of(lambda streams=streams: stream.pipeline(*streams)) == "ERR_INVALID_ARG_TYPE"


@pytest.mark.row("N19")
def test_an_echo_server_of_one_line(run: Run, must_call: MustCall) -> None:
    server = net.createServer({"allowHalfOpen": True})

    def connection(sock: Any) -> None:
        stream.pipeline(sock, sock, lambda: server.close())

    def listening() -> None:
        client = net.connect(server.address().port, "127.0.0.1")
        client.setEncoding("utf8").on("data", seen.append)
        stream.finished(client, {"unknown": 1, "cleanup": True}, lambda: seen.append("finished"))
        client.end("hello")

    seen: list[Any] = []
    server.on("connection", connection)
    server.listen(0, "127.0.0.1", listening)
    run()
    assert seen == ["hello", "finished"]


@pytest.mark.row("N19")
def test_finished(run: Run, must_call: MustCall) -> None:
    codes: list[Any] = []
    for options in ({}, {"readable": False}, None):
        through = stream.PassThrough()
        args = (through,) if options is None else (through, options)
        stream.finished(*args, must_call(lambda error: codes.append(error.code)))
        through.destroy()
    run()
    assert codes == ["ERR_STREAM_PREMATURE_CLOSE"] * 3
    assert code_of(lambda: stream.finished(stream.PassThrough(), 5, print)) == "ERR_INVALID_ARG_TYPE"


@pytest.mark.row("N19")
def test_what_the_functions_make_has_nodes_names(run: Run, must_call: MustCall) -> None:
    a, b = stream.duplexPair({"highWaterMark": 7})
    composed = stream.compose(stream.PassThrough(), stream.PassThrough())
    joined = stream.compose(stream.PassThrough().destroy().on("error", print) and stream.Readable.from_("x"))
    for each in (a, b, composed, joined):
        assert isinstance(each, stream.Duplex)
        each.setMaxListeners(20)
    assert a.writableHighWaterMark == b.readableHighWaterMark == 7
    composed.end("x")
    composed.setEncoding("utf8").on("data", must_call(lambda data: seen.append(data)))
    seen: list[str] = []
    joined.on("error", must_call(lambda error: seen.append(error.code))).destroy()
    run()
    assert sorted(seen) == ["ABORT_ERR", "x"]
    a.destroy()
    b.resume().end()
    run()


# What Object.keys(require('stream')) gives in Node 26, without what begins with '_'.
NAMES = """
    isDestroyed isDisturbed isErrored isReadable isWritable Readable Writable Duplex Transform PassThrough
    duplexPair pipeline addAbortSignal finished destroy compose setDefaultHighWaterMark
    getDefaultHighWaterMark promises Stream
""".split()


@pytest.mark.row("N19")
def test_the_module_has_nodes_names(loop: netuv.Loop) -> None:
    assert [name for name in NAMES if not hasattr(stream, name)] == []
    assert stream.getDefaultHighWaterMark(False) == 65536
    assert isinstance(net.Socket(), stream.Stream)


@pytest.mark.row("N19")
def test_stdout_is_not_closed_by_a_pipeline() -> None:
    code = """
from netuv.node import process, run, stream
stream.pipeline(["a\\n"], process.stdout, lambda error: print("done", error, flush=True))
run()
"""
    assert script(code).stdout == "a\ndone None\n"


@pytest.mark.row("N19")
def test_a_signal_of_node(run: Run, must_call: MustCall) -> None:
    controller = AbortController()
    readable = stream.addAbortSignal(controller.signal, stream.Readable({"read": lambda: None}))
    readable.on("error", must_call(lambda error: codes.append(error.code)))
    writable = stream.Writable({"signal": controller.signal, "write": lambda: None})
    writable.on("error", must_call(lambda error: codes.append(error.code)))
    codes: list[str] = []
    setImmediate(controller.abort)
    run()
    assert codes == ["ABORT_ERR", "ABORT_ERR"]


@pytest.mark.by_itself("it calls netuv.run(main())")
@pytest.mark.row("A11")
def test_what_is_to_be_awaited(loop: netuv.Loop) -> None:
    async def upper(source: Any, options: Any) -> Any:
        signals.append(options["signal"])
        async for chunk in source:
            yield str(chunk).upper()

    async def join(source: Any) -> str:
        return "".join([chunk async for chunk in source])

    async def main() -> None:
        assert await stream.promises.pipeline(["a", "b"], upper, join, {"end": True}) == "AB"
        assert signals[0].aborted
        numbers = stream.Readable.from_([1, 2, 3])
        doubled = numbers.map(lambda x: x * 2, {"concurrency": 2, "highWaterMark": 1})
        assert type(doubled) is stream.Readable
        assert await doubled.flatMap(lambda x: [x, x]).take(3).toArray() == [2, 2, 4]
        assert await stream.Readable.from_([1, 2]).reduce(lambda a, b: a + b, 1, {"signal": None}) == 4
        assert await stream.Readable.from_([1, 2]).reduce(lambda a, b: a + b) == 3
        calls: list[int] = []
        await stream.Readable.from_([1, 2]).forEach(lambda: calls.append(1))
        assert calls == [1, 1]
        source = stream.Readable.from_([1, 2])
        chunks = source.iterator({"destroyOnReturn": False})
        assert await chunks.__anext__() == 1
        await chunks.aclose()
        await stream.promises.finished(source.resume(), {"cleanup": True})

    signals: list[Any] = []
    netuv.run(main())


@pytest.mark.row("N19")
@pytest.mark.by_itself("it calls netuv.run(main())")
def test_functions_behind_a_duplex_get_a_signal(loop: netuv.Loop) -> None:
    async def upper(source: Any) -> Any:
        async for chunk in source:
            yield chunk.upper()

    def noted(source: Any, options: Any) -> Any:
        signals.append(options["signal"])
        return upper(source)

    async def take(source: Any) -> None:
        async for chunk in source:
            taken.append(chunk)

    async def main() -> None:
        composed = stream.Readable.from_(["a", "b"]).compose(noted, {"signal": AbortController().signal})
        assert isinstance(composed, stream.Duplex)
        assert await composed.toArray() == ["A", "B"]
        duplex = stream.Duplex.from_(noted)
        assert isinstance(duplex, stream.Duplex)
        assert not signals[1].aborted
        duplex.on("error", lambda error: None).destroy(ValueError("no"))
        assert signals[1].aborted
        await stream.promises.pipeline(["x"], stream.compose(upper, upper, take))
        assert taken == ["X"]
        assert isinstance(stream.Duplex.from_(["x"]), stream.Duplex)

    signals: list[Any] = []
    taken: list[Any] = []
    netuv.run(main())


@pytest.mark.row("A11")
@pytest.mark.by_itself("it calls netuv.run(main())")
def test_a_helper_gives_its_function_a_signal_if_that_takes_one(loop: netuv.Loop) -> None:
    def numbers() -> Any:
        return stream.Readable.from_(["1", "2"])

    signals: list[Any] = []

    def note(chunk: Any, options: Any) -> str:
        signals.append(options["signal"])
        return str(chunk)

    async def later(chunk: Any, options: Any) -> str:
        return note(chunk, options)

    def reducer(before: Any, chunk: Any, options: Any) -> Any:
        signals.append(options["signal"])
        return before + chunk

    async def main() -> None:
        controller = AbortController()
        given = {"signal": controller.signal, "concurrency": 1.5}
        for function in note, later, lambda *args: note(*args):
            assert await numbers().map(function, given).toArray() == ["1", "2"]
        assert await numbers().filter(note).toArray() == ["1", "2"]
        assert await numbers().flatMap(note).toArray() == ["1", "2"]
        await numbers().forEach(note, {"highWaterMark": 3, "concurrency": None})
        assert await numbers().some(note)
        assert await numbers().every(note)
        assert await numbers().find(note) == "1"
        assert len(signals) == 6 + 6 + 1 + 2 + 1
        assert not any(signal.aborted for signal in signals)
        controller.abort()
        assert [signal.aborted for signal in signals] == [True] * 6 + [False] * 10
        assert await numbers().reduce(reducer, "0") == "012"
        assert [signal.aborted for signal in signals[-2:]] == [True, True]  # it is over
        assert await numbers().map(int).toArray() == [1, 2]  # its second argument is a base
        assert await numbers().map(lambda: 0).toArray() == [0, 0]
        assert await numbers().reduce(max) == "2"

    netuv.run(main())


@pytest.mark.row("A11")
@pytest.mark.by_itself("it calls netuv.run(main())")
def test_the_numbers_of_drop_and_take_are_what_javascript_makes_of_them(loop: netuv.Loop) -> None:
    async def main() -> None:
        numbers = stream.Readable.from_
        for value, count in (1.5, 2), ("2", 2), (None, 0), ("x", 0), (float("nan"), 0), (float("inf"), 3):
            assert len(await numbers([1, 2, 3]).take(value).toArray()) == count
            assert len(await numbers([1, 2, 3]).drop(value).toArray()) == 3 - count
        assert await numbers([1]).drop().toArray() == [1]
        with pytest.raises(ValueError, match="out of range"):
            numbers([1]).take(-1)

    netuv.run(main())


@pytest.mark.row("N18")
@pytest.mark.parametrize("kind", [stream.PassThrough, net.Socket])
@pytest.mark.parametrize("nothing", [None, False, 0, ""])
def test_what_is_false_is_no_error(run: Run, must_call: MustCall, kind: Any, nothing: Any) -> None:
    it = kind().on("close", must_call())
    assert it.destroy(nothing).destroyed
    run()
    assert it.errored is None


@pytest.mark.row("N18")
@pytest.mark.parametrize("kind", [stream.PassThrough, net.Socket])
def test_the_empty_encoding_is_utf8(loop: netuv.Loop, kind: Any) -> None:
    assert [kind().setEncoding(*given).readableEncoding for given in ((), ("",), (None,))] == ["utf8"] * 3
    for wrong in 0, False:
        assert code_of(lambda wrong=wrong: kind().setEncoding(wrong)) == "ERR_UNKNOWN_ENCODING"  # type: ignore[misc]
