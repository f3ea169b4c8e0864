# resetAndDestroy(): the peer's read fails with ECONNRESET.
# rows: N10 S26

from prelude import describe, lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    watch(lane("server"), peer, "end finish close")
    peer.on("error", lambda error: lane("server")("error", describe(error)))
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect ready finish end error close")

    @client.on("ready")
    def ready():
        lane("client")("same", client.reset_and_destroy() is client)
        lane("client")("destroyed", client.destroyed)


server.listen(place())

run()
