# A listener of 'secureConnection' throws.
# rows: T33

from prelude import run
from prelude_tls import connect, serve_one


def fail(peer, say):
    raise Exception("oops")


serve_one({}, fail, lambda server: connect(server, {}, "connect"))

run()
