# ALPN: the server's order counts.
# rows: T12

from prelude import lane, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    say(peer.alpn_protocol)
    peer.end()


def listening(server):
    client = connect(server, {"alpn_protocols": ["h2", "http/1.1"]})
    lane("client")("before", client.alpn_protocol)
    client.on("secureConnect", lambda: lane("client")(client.alpn_protocol))


serve_one({"alpn_protocols": ["http/1.1", "h2"]}, answer, listening)

run()
