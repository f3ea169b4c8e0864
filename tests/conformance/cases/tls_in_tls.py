# TLS over TLS.
# rows: T24

from prelude import lane, run, watch, where
from prelude_tls import ca, own, serve_one, tls


def serving(peer):
    watch(lane("inner"), peer, "data end finish error close")
    peer.on("data", lambda data: peer.end("answer"))


inner = tls.create_server(own("server"), serving)


def listening(server):
    def secure():
        client = tls.connect({"socket": outer, "ca": ca, "servername": "localhost"})
        watch(lane("client"), client, "secureConnect data end finish error close")
        client.write("question")

    outer = tls.connect(where(server, ca=ca, servername="localhost"), secure)


serve_one({}, lambda peer, say: inner.emit("connection", peer), listening)

run()
