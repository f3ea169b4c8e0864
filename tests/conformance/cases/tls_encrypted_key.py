# A key under a passphrase: the right one, a wrong one, none.
# rows: T31 T32

from prelude import attempt, log, run
from prelude_tls import connect, own, read, serve_one, tls

key = read("encrypted.key")
cert = own("server")["cert"]
attempt(log, "wrong", lambda: tls.create_secure_context(key=key, cert=cert, passphrase="wrong"))
attempt(log, "none", lambda: tls.create_secure_context(key=key, cert=cert))
attempt(
    log, "in a list", lambda: tls.create_secure_context(key=[{"pem": key}], cert=cert, passphrase="secret")
)
options = {"key": key, "cert": cert, "passphrase": "secret"}
serve_one(options, lambda peer, say: peer.end("hi"), connect)

run()
