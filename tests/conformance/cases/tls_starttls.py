# STARTTLS at both ends of a connection that has been used before.
# rows: T24

from prelude import lane, netuv, place, run, watch, where
from prelude_tls import ca, own, tls


def serving(raw):
    raw.write("hello")

    @raw.once("data")
    def starttls(data):
        raw.write("go")
        peer = tls.TLSSocket(raw, {"is_server": True, **own("server")})
        watch(lane("peer"), peer, "secure data end finish error close")
        peer.on("data", lambda data: peer.end("secret answer"))

    server.close()


server = netuv.create_server(serving)


def listening():
    raw = netuv.connect(where(server))

    @raw.once("data")
    def hello(data):
        raw.write("starttls")

        @raw.once("data")
        def go(data):
            client = tls.connect({"socket": raw, "ca": ca, "servername": "localhost"})
            watch(lane("client"), client, "connect ready secure secureConnect data end finish error close")
            client.write("secret")
            lane("client")("state", client.connecting, client.encrypted, client.remote_address)

    watch(lane("raw"), raw, "end finish error close")


server.listen(place(), listening)

run()
