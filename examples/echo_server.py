"""The echo server of Node's net document, line by line.

Usage: python examples/echo_server.py [port]      (8124 by default, 0 for a free one)

Talk to it with echo_client.py, or with `nc localhost 8124`; Ctrl-C ends it.
"""

import sys

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124


def on_connection(c):  # 'connection' listener
    print("server connected")
    c.on("end", lambda: print("server disconnected"))
    c.write("hello\r\n")
    c.pipe(c)


def on_listening():  # 'listening' listener
    print("server bound to port", server.address().port)


server = netuv.create_server(on_connection)
server.listen(PORT, on_listening)
netuv.run()
