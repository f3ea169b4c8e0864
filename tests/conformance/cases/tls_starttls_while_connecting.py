# TLS over a socket that is connecting.
# rows: T24

from prelude import called, lane, netuv, run, watch, where
from prelude_tls import ca, serve_one, tls


def answer(peer, say):
    peer.on("data", lambda data: peer.end("hi"))


def listening(server):
    raw = netuv.connect(where(server))
    client = tls.connect({"socket": raw, "ca": ca, "servername": "localhost"})
    watch(lane("client"), client, "connect secure secureConnect data end finish error close")
    lane("client")("state", client.connecting, client.pending)
    client.write("x", called(lane("client"), "written"))


serve_one({}, answer, listening)

run()
