# A listener of 'secureConnect' throws.
# rows: T33

from prelude import run
from prelude_tls import connect, serve_one


def fail():
    raise Exception("oops")


serve_one({}, None, lambda server: connect(server, {}, "connect").on("secureConnect", fail))

run()
