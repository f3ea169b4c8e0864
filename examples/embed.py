"""netuv in a script that has a pyuv loop and handles of its own.

Usage: python examples/embed.py [port]      (8124 by default, 0 for a free one)
"""

import sys

import pyuv

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124

uv = pyuv.Loop.default_loop()  # the script's loop
loop = netuv.Loop(uv)  # netuv on it; the other way round, loop.uv is a netuv loop's pyuv.Loop


def on_tick(timer):
    print("tick of a pyuv.Timer")
    if not server.listening:
        timer.close()


def on_connected(tcp, error):
    tcp.start_read(on_read)
    tcp.write(b"from a pyuv.TCP")


def on_read(tcp, data, error):
    print("a pyuv.TCP received", data)
    tcp.close()
    server.close()


def on_listening():
    port = server.address().port
    print("listening on port", port)
    pyuv.Timer(uv).start(on_tick, 0.01, 0.01)
    pyuv.TCP(uv).connect(("127.0.0.1", port), on_connected)


server = netuv.create_server(lambda c: c.pipe(c), loop=loop)
server.listen(PORT, on_listening)
loop.run()  # not uv.run(): so Ctrl-C works, and what a callback raises comes out
