# STARTTLS while much that was written in clear is still to be sent: it goes out first.
# rows: T24

from prelude import lane, netuv, place, run, watch, where
from prelude_tls import ca, own, tls

SIZE = 4 << 20


def serving(raw):
    count = 0

    @raw.on("readable")
    def take():
        nonlocal count
        while count < SIZE and (chunk := raw.read(min(SIZE - count, raw.readable_length))) is not None:
            count += len(chunk)
        if count < SIZE:
            return
        raw.remove_listener("readable", take)
        lane("peer")("clear", count)
        peer = tls.TLSSocket(raw, {"is_server": True, **own("server")})
        watch(lane("peer"), peer, "secure data end finish error close")
        peer.on("data", lambda data: peer.end("secret answer"))

    server.close()


def listening():
    raw = netuv.connect(where(server))

    @raw.on("connect")
    def connected():
        raw.write(b"c" * SIZE, lambda error: lane("raw")("written"))
        client = tls.connect({"socket": raw, "ca": ca})
        watch(lane("client"), client, "secureConnect data end finish error close")
        client.write("secret")

    watch(lane("raw"), raw, "end finish error close")


server = netuv.create_server(serving)
server.listen(place(), listening)

run()
