# resetAndDestroy() while connecting waits for 'connect'.
# rows: N10

from prelude import lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    watch(lane("server"), peer, "end error close")
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect ready error close")
    client.reset_and_destroy()
    lane("client")("destroyed", client.destroyed)


server.listen(place())

run()
