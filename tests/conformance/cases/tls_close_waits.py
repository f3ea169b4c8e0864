# close() waits for a connection whose handshake is not done; getConnections() counts it.
# rows: T03

from prelude import called, lane, netuv, run, where
from prelude_tls import serve


def listening(server):
    raw = netuv.connect(where(server))
    raw.on("connect", lambda: raw.write("\x16"))

    @server.on("connection")
    def connection(peer):
        server.close(lambda error: lane("server")("closed"))
        server.get_connections(called(lane("server"), "connections"))
        netuv.set_immediate(raw.end)


server = serve({}, None, listening)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
