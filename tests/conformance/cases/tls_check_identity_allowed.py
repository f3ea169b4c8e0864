# checkServerIdentity() that objects, where rejectUnauthorized is false.
# rows: T07 T08

from prelude import lane, run
from prelude_tls import connect, serve_one


def listening(server):
    options = {"reject_unauthorized": False, "check_server_identity": lambda host, cert: Exception("not you")}
    client = connect(server, options)
    client.on("secureConnect", lambda: lane("client")(client.authorized, client.authorization_error))


serve_one({}, lambda peer, say: peer.end(), listening)

run()
