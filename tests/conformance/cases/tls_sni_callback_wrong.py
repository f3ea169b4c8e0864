# SNICallback that answers with something else than a context.
# rows: T13 T31
# differs: server: tlsClientError Invalid SNI context TLSSocket => server: tlsClientError ERR_TLS_INVALID_CONTEXT TLSSocket
# because: What is no context, as the answer of an SNICallback, is ERR_TLS_INVALID_CONTEXT

from prelude import run
from prelude_tls import connect, serve_one


def listening(server):
    connect(server, {"servername": "localhost"}, "connect secureConnect close").on(
        "error", lambda error: None
    )


server = serve_one({"sni_callback": lambda name, answer: answer(None, {"key": 1})}, None, listening)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
