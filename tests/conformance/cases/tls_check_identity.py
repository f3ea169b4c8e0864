# checkServerIdentity(): what it is called with, and an error that it returns.
# rows: T08

from prelude import lane, run
from prelude_tls import connect, serve_one


def check(host, cert):
    lane("client")("check", host, cert["subject"]["CN"], cert["subjectaltname"])
    return Exception("not you")


def listening(server):
    connect(server, {"servername": "localhost", "check_server_identity": check})


server = serve_one({}, None, listening)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
