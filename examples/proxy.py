"""A TCP proxy: each connection is piped to a target, both ways, at the pace of the slower side.

Usage: python examples/proxy.py [port] [target port] [target host]
       (8125, 8124 and localhost by default; port 0 for a free one)

Start echo_server.py, then this one, then `python examples/echo_client.py 8125`; Ctrl-C ends it.
"""

import sys

import netuv

PORT, TARGET_PORT, TARGET_HOST = sys.argv[1:] + ["8125", "8124", "localhost"][len(sys.argv) - 1 :]


def on_connection(client):
    # Half open, so that the end of one direction leaves the other one alone.
    target = netuv.connect({"port": TARGET_PORT, "host": TARGET_HOST, "allow_half_open": True})
    client.pipe(target).pipe(client)

    # What pipe() does not do: when one side breaks, the other one has to go, too.
    def on_error(error):
        print(error)
        client.destroy()
        target.destroy()

    client.on("error", on_error)
    target.on("error", on_error)


server = netuv.create_server({"allow_half_open": True}, on_connection)
server.listen(PORT, lambda: print(f"port {server.address().port} to {TARGET_HOST}:{TARGET_PORT}"))
netuv.run()
