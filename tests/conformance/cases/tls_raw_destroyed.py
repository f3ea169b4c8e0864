# The socket below is destroyed, by either end's program, after the handshake.
# rows: T24 T21

from prelude import gather, lane, netuv, run, watch, where
from prelude_tls import ca, serve_one, tls


def listening(server):
    def connected():
        client = tls.connect({"socket": raw, "ca": ca, "servername": "localhost"})
        watch(lane("client"), client, "secureConnect end finish error close")
        client.on("secureConnect", lambda: netuv.set_immediate(raw.destroy))

    raw = netuv.connect(where(server), connected)


serve_one({}, lambda peer, say: gather(say, peer), listening)

run()
