# ALPNCallback chooses.
# rows: T12

from prelude import lane, run
from prelude_tls import connect, serve_one


def choose(asked):
    lane("server")("asked", asked["servername"], asked["protocols"])
    return asked["protocols"][1]


def answer(peer, say):
    say(peer.alpn_protocol)
    peer.end()


def listening(server):
    client = connect(server, {"alpn_protocols": ["a", "b"], "servername": "localhost"})
    client.on("secureConnect", lambda: lane("client")(client.alpn_protocol))


serve_one({"alpn_callback": choose}, answer, listening)

run()
