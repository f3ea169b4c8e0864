"""What a typed program writes: ``mypy --strict netuv/ tests/typed.py`` finds nothing wrong with it."""

from __future__ import annotations

import netuv
from netuv.node import net


def listen() -> netuv.Server:
    server = netuv.create_server()

    @server.on("connection")
    def on_connection(socket: netuv.Socket) -> None:
        @socket.on("error")
        def on_error(error: netuv.NetError) -> None:
            print(error.code)

        @socket.once("close")
        def on_close(had_error: bool) -> None:
            print(had_error)

        same: netuv.Socket = socket.on("data", print).set_no_delay().prepend_listener("end", print)
        same.remove_listener("end", print).remove_all_listeners("data")

    return server.on("error", print).listen(0, "127.0.0.1")


def of_node() -> net.Socket:
    server = net.createServer()
    server.listen("0", "127.0.0.1", 5, lambda: print("listening"))
    server.listen({"port": 0, "host": "::1"})
    server.listen()
    net.connect("/tmp/path", print)
    client = net.connect(server.address())
    client.write("hello", "latin1", print)
    client.end(b"bye", print)
    client.write(5)  # type: ignore[arg-type]
    client.connect([80])  # type: ignore[arg-type]
    return client.connect(80, "127.0.0.1", print)
