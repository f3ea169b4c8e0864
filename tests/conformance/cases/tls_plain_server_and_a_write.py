# A server that speaks in the clear, while a write waits for the handshake.
# rows: T05
# differs: client: written EPROTO =>
# differs: client: error EPROTO | client: null null => client: error ERR_SSL_WRONG_VERSION_NUMBER | client: SSL routines wrong version number | client: written ECANCELED
# because: A handshake that fails says why, when a write waits for it, too

from prelude import called, lane, netuv, place, run, watch
from prelude_tls import connect

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "end close").resume()
    peer.write("220 hello\r\n")
    server.close()


def listening():
    client = connect(server)
    client.write("x", called(lane("client"), "written"))
    client.on("error", lambda error: lane("client")(error.library, error.reason))


server.listen(place(), listening)

run()
