# addContext() of the same name twice.
# rows: T13

from prelude import lane, run
from prelude_tls import connect, own, serve_one


def listening(server):
    client = connect(server, {"servername": "localhost"})
    client.on("secureConnect", lambda: lane("client")(client.get_peer_certificate()["subject"]["CN"]))


server = serve_one({}, lambda peer, say: peer.end(), listening)
server.add_context("localhost", own("elsewhere"))
server.add_context("localhost", own("rsa"))

run()
