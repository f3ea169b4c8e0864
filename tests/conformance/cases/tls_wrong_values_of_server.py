# Options of createServer() of a wrong type or value.
# rows: T31
# differs: ALPNCallback passes => ALPNCallback throws ERR_INVALID_ARG_TYPE
# because: ``alpn_callback`` that is no function

from prelude import attempt, log, run
from prelude_tls import own, tls


def say(name, options):
    attempt(log, name, lambda: tls.create_server(options))


say("nothing", {})
say("options", 5)
say("handshakeTimeout", {"handshake_timeout": "x"})
say("SNICallback", {"sni_callback": 1})
say("ALPNCallback", {"alpn_callback": 1})
say("both", {"alpn_callback": lambda asked: None, "alpn_protocols": ["a"]})
say("nonsense", {"key": "nonsense", "cert": "nonsense"})
say("key", {"key": "nonsense", "cert": own("server")["cert"]})
say("mismatch", {"key": own("server")["key"], "cert": own("client")["cert"]})
say("minVersion", {"min_version": "x"})
server = tls.create_server()
attempt(log, "addContext", lambda: server.add_context("", {}))
attempt(log, "setSecureContext", lambda: server.set_secure_context(None))

run()
