# SNICallback that has no context of its own for the name.
# rows: T13

from prelude import run
from prelude_tls import connect, serve_one

options = {"sni_callback": lambda name, answer: answer(None, None)}
serve_one(options, lambda peer, say: peer.end(), lambda server: connect(server, {"servername": "localhost"}))

run()
