# maxConnections: a connection too many is dropped before its handshake.
# rows: T03

from prelude import lane, run, watch, where
from prelude_tls import ca, connect, serve, tls


def listening(server):
    first = connect(server, {}, "secureConnect close")

    @first.on("secureConnect")
    def secure():
        second = watch(lane("second"), tls.connect(where(server, ca=ca)), "secureConnect close")
        second.on("error", lambda error: None)
        second.on("close", lambda had_error: first.end())

    first.on("close", lambda had_error: server.close())


server = serve({}, lambda peer, say: peer.resume(), listening)
server.max_connections = 1
server.on("drop", lambda about: lane("server")("drop", about["local_port"]))

run()
