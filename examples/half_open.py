"""Half-open: the client ends first, and the server answers when it has seen that end.

Usage: python examples/half_open.py [port]      (8124 by default, 0 for a free one)
"""

import sys

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124


def on_connection(c):
    size = 0

    @c.on("data")
    def on_data(data):
        nonlocal size
        size += len(data)

    @c.on("end")
    def on_end():
        print("server: the client has ended, writable is", c.writable)
        c.end(f"received {size} bytes\n")  # without allow_half_open netuv would call c.end() itself

    server.close()  # one client is enough here


def on_listening():
    port = server.address().port
    print("listening on port", port)
    client = netuv.connect(port, lambda: client.end(bytes(1_000_000)))
    client.on("finish", lambda: print("client: all is sent, readable is", client.readable))
    client.on("data", lambda data: print("client:", data.decode(), end=""))


server = netuv.create_server({"allow_half_open": True}, on_connection)
server.listen(PORT, on_listening)
netuv.run()
