"""What a typed program writes: ``mypy --strict netuv/ tests/typed.py`` finds nothing wrong with it."""

from __future__ import annotations

import netuv


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
