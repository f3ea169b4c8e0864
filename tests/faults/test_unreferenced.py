"""Handles without a reference let the program end."""

from __future__ import annotations

import textwrap

import pytest
from helpers import (
    script,
)

UNREFERENCED = {
    "a server, before listen": """
        netuv.create_server().unref().listen(0, "127.0.0.1")
    """,
    "a server, after listen": """
        netuv.create_server().listen(0).unref()
    """,
    "a server that was listening": """
        server = netuv.create_server().listen(0, "127.0.0.1", lambda: server.unref())
    """,
    "a Unix server": """
        import tempfile
        netuv.create_server().unref().listen(tempfile.mkdtemp() + "/s")
    """,
    "a socket, before connect": """
        import socket
        listener = socket.create_server(("127.0.0.1", 0))
        client = netuv.Socket().unref()
        client.connect(listener.getsockname()[1], "127.0.0.1")
        client.on("data", print)
    """,
    "a socket, in connect": """
        import socket
        listener = socket.create_server(("127.0.0.1", 0))
        client = netuv.connect(listener.getsockname()[1], "127.0.0.1", lambda: client.unref())
        client.on("data", print)
    """,
    "a descriptor": """
        import socket
        near, far = socket.socketpair()
        netuv.Socket(fd=near.detach()).unref().on("data", print)
    """,
    "an accepted socket": """
        import socket
        def on_connection(client):
            client.unref().resume()
            server.close()
        server = netuv.create_server(on_connection).listen(0)
        client = socket.create_connection(("127.0.0.1", server.address().port))
    """,
    "a timeout of a socket": """
        import socket
        near, far = socket.socketpair()
        netuv.Socket(fd=near.detach()).unref().set_timeout(60_000)
    """,
    "timers": """
        netuv.set_timeout(print, 60_000).unref()
        netuv.set_interval(print, 60_000).unref()
    """,
}


@pytest.mark.parametrize("what", UNREFERENCED)
@pytest.mark.row("N04")
def test_unreferenced_handles_let_the_program_end(what: str) -> None:
    code = textwrap.dedent(UNREFERENCED[what])
    done = script(f"import netuv\n{code}\nnetuv.run()\nprint('end')\n")
    assert done.stdout == "end\n"
