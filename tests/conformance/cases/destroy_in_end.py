# destroy() in the 'end' listener of a socket that would have answered the FIN.
# rows: S18 S29
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end finish error close")
    peer.on("end", lambda: peer.destroy())
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "data end finish error close")
    client.end("bye")


server.listen(place())

run()
