# A refused socket may connect again, elsewhere.
# rows: S14

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end("hello")
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(1, "127.0.0.1")
    watch(log, client, "connect data end finish error close")
    client.once("close", lambda had_error: client.connect(where(server)))


server.listen(place(), listening)

run()
