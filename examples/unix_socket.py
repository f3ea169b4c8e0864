"""Server and client on a Unix socket, in one program.

Usage: python examples/unix_socket.py [path]      (/tmp/netuv-example.sock by default)
"""

import os
import sys

import netuv

PATH = sys.argv[1] if len(sys.argv) > 1 else "/tmp/netuv-example.sock"


@netuv.create_server
def server(c):
    c.set_encoding("utf8")
    c.on("data", lambda text: c.end(text.upper()))
    server.close()  # accept no more; this also removes the path


def on_listening():
    print("listening on", server.address())
    client = netuv.connect(PATH, lambda: client.write("hello over a path\n"))
    client.set_encoding("utf8")
    client.on("data", lambda text: print(text, end=""))


server.on("close", lambda: print("path left behind:", os.path.exists(PATH)))
server.listen(PATH, on_listening)
netuv.run()
