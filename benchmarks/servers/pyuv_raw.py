"""pyuv by itself: libuv's handles and callbacks, the layer that netuv stands on."""

from __future__ import annotations

from collections.abc import Callable

import pyuv
from harness import BATCH, CLIENTS, HOST, IDLE_SECONDS, Arguments, announce, arguments

Stream = pyuv.TCP | pyuv.Pipe
HIGH_WATER = 65536


class Server:
    def __init__(self, args: Arguments) -> None:
        self.args = args
        self.loop = pyuv.Loop.default_loop()
        self.serve = getattr(self, args.kind)
        self.connections: set[Stream] = set()
        self.ended: set[Stream] = set()  # ends of a proxy that nothing more is written to

    def new_stream(self) -> Stream:
        if isinstance(self.args.listen, str):
            return pyuv.Pipe(self.loop)
        return pyuv.TCP(self.loop)

    def no_delay(self, stream: Stream) -> None:
        if isinstance(stream, pyuv.TCP):
            stream.nodelay(True)

    def run(self) -> None:
        self.listener = self.new_stream()
        if isinstance(self.args.listen, str):
            self.listener.bind(self.args.listen)
            address: int | str = self.args.listen
        else:
            self.listener.bind((HOST, self.args.listen))
            address = self.listener.getsockname()[1]
        self.listener.listen(self.on_connection, 511)
        announce(address)
        self.loop.run()

    def on_connection(self, listener: Stream, error: int | None) -> None:
        client = self.new_stream()
        listener.accept(client)
        self.no_delay(client)
        self.connections.add(client)
        self.serve(client)

    def close(self, stream: Stream) -> None:
        self.connections.discard(stream)
        if not stream.closed:
            stream.close()

    def echo(self, client: Stream) -> None:
        client.start_read(self.on_echo)

    def on_echo(self, client: Stream, data: bytes | None, error: int | None) -> None:
        if data is None:
            self.close(client)
        else:
            client.write(data)

    def timeout(self, client: Stream) -> None:
        def on_read(stream: Stream, data: bytes | None, error: int | None) -> None:
            if data is None:
                expire()
            else:
                timer.again()
                client.write(data)

        def expire(_: pyuv.Timer | None = None) -> None:
            timer.close()
            self.close(client)

        timer = pyuv.Timer(self.loop)
        timer.start(expire, IDLE_SECONDS, IDLE_SECONDS)
        client.start_read(on_read)

    def callback(self, client: Stream) -> None:
        def on_read(stream: Stream, data: bytes | None, error: int | None) -> None:
            if data is None:
                self.close(client)
            else:
                client.write(data, on_written)

        def on_written(stream: Stream, error: int | None) -> None:
            pass

        client.start_read(on_read)

    def sink(self, client: Stream) -> None:
        client.start_read(self.on_sink)

    def on_sink(self, client: Stream, data: bytes | None, error: int | None) -> None:
        if data is None:
            self.close(client)

    def source(self, client: Stream) -> None:
        def produce(stream: Stream, error: int | None) -> None:
            if error is not None:
                self.close(stream)
            elif stream.write_queue_size < HIGH_WATER:
                stream.write(self.args.block, produce)

        client.write(self.args.block, produce)

    def connect(self, connected: Callable[[Stream, int | None], None]) -> Stream:
        stream = self.new_stream()
        self.connections.add(stream)
        backend = self.args.backend
        stream.connect(backend if isinstance(backend, str) else (HOST, backend), connected)
        return stream

    def client(self, control: Stream) -> None:
        begun = left = 0

        def visit() -> None:
            nonlocal begun
            begun += 1
            self.connect(connected)

        def connected(stream: Stream, error: int | None) -> None:
            self.no_delay(stream)
            stream.write(b"x")
            stream.start_read(on_answer)

        def on_answer(stream: Stream, data: bytes | None, error: int | None) -> None:
            self.connections.discard(stream)
            stream.close(closed)

        def closed(stream: Stream) -> None:
            nonlocal left
            left -= 1
            if begun < BATCH:
                visit()
            elif not left:
                control.write(b"\n")

        def on_read(stream: Stream, data: bytes | None, error: int | None) -> None:
            nonlocal begun, left
            if data is None:
                self.close(control)
                return
            begun, left = 0, BATCH
            for _ in range(CLIENTS):
                visit()

        control.start_read(on_read)

    def proxy(self, client: Stream) -> None:
        def connected(stream: Stream, error: int | None) -> None:
            if error is not None:
                self.close(client)
                return
            self.no_delay(upstream)
            self.forward(client, upstream)
            self.forward(upstream, client)

        upstream = self.connect(connected)

    def forward(self, origin: Stream, destination: Stream) -> None:
        paused = False

        def on_read(stream: Stream, data: bytes | None, error: int | None) -> None:
            nonlocal paused
            if data is None:
                origin.stop_read()
                destination.shutdown(on_shutdown)
                return
            destination.write(data, on_written)
            if destination.write_queue_size >= HIGH_WATER:
                origin.stop_read()
                paused = True

        def on_written(stream: Stream, error: int | None) -> None:
            nonlocal paused
            if paused and not destination.write_queue_size and not origin.closed:
                paused = False
                origin.start_read(on_read)

        def on_shutdown(stream: Stream, error: int | None) -> None:
            self.ended.add(destination)
            if origin in self.ended:
                self.ended -= {origin, destination}
                self.close(origin)
                self.close(destination)

        origin.start_read(on_read)

    def timers(self, client: Stream) -> None:
        left = 0

        def fired(timer: pyuv.Timer) -> None:
            nonlocal left
            timer.close()
            left -= 1
            if not left:
                client.write(b"\n")

        def on_read(stream: Stream, data: bytes | None, error: int | None) -> None:
            nonlocal left
            left = BATCH
            for i in range(BATCH):
                pyuv.Timer(self.loop).start(fired, (1 + i % 10) / 1000, 0)

        client.start_read(on_read)

    def ticks(self, client: Stream) -> None:
        """libuv has no ticks; an Idle handle, called in each turn of the loop, comes nearest."""
        left = 0
        idle = pyuv.Idle(self.loop)

        def tick(handle: pyuv.Idle) -> None:
            nonlocal left
            left -= 1
            if not left:
                handle.stop()
                client.write(b"\n")

        def on_read(stream: Stream, data: bytes | None, error: int | None) -> None:
            nonlocal left
            left = BATCH
            idle.start(tick)

        client.start_read(on_read)


if __name__ == "__main__":
    Server(arguments()).run()
