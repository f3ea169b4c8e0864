# A client that resets the connection.
# rows: T04

from prelude import lane, netuv, run, watch, where
from prelude_tls import serve_one


def listening(server):
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect data end error close")
    client.on("connect", lambda: client.write("\x16\x03\x01", lambda error=None: client.reset_and_destroy()))


serve_one({}, None, listening)

run()
