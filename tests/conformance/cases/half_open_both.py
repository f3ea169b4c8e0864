# Both half-open: the client ends, the server answers and ends, each closes after the second FIN.
# rows: S29
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end finish error close")
    peer.on("end", lambda: peer.end("answer"))
    server.close()


def listening():
    client = netuv.connect(where(server, allow_half_open=True))
    watch(lane("client"), client, "data end finish error close")
    client.end("question")


server.listen(place(), listening)

run()
