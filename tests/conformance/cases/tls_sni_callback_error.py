# SNICallback that answers with an error.
# rows: T13 T04

from prelude import run
from prelude_tls import connect, serve_one


def listening(server):
    connect(server, {"servername": "localhost"}, "connect secureConnect close").on(
        "error", lambda error: None
    )


server = serve_one({"sni_callback": lambda name, answer: answer(Exception("no such name"))}, None, listening)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
