# checkServerIdentity() throws.
# rows: T08 T33

from prelude import run
from prelude_tls import connect, serve_one


def check(host, cert):
    raise Exception("oops")


serve_one({}, None, lambda server: connect(server, {"check_server_identity": check}))

run()
