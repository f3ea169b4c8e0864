"""When the port is in use, wait and try again: the retry program of Node's net document.

Usage: python examples/retry_eaddrinuse.py [port] [delay]      (8124 and 1000 ms by default)

Start echo_server.py first and this one second, then end the first. Ctrl-C ends it.
"""

import sys

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124
DELAY = float(sys.argv[2]) if len(sys.argv) > 2 else 1000
HOST = "127.0.0.1"

server = netuv.create_server(lambda c: c.end("hello\r\n"))


@server.on("error")
def on_error(e):
    if e.code != "EADDRINUSE":
        raise e
    print("address in use, retrying...")

    def retry():
        server.close()
        server.listen(PORT, HOST)

    netuv.set_timeout(retry, DELAY)


server.on("listening", lambda: print("server bound to port", server.address().port))
server.listen(PORT, HOST)
netuv.run()
