# end(data) before the connection: the whole life of both ends.
# rows: S17 S14 S29
# over: tcp unix

from prelude import called, lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end finish error close")
    server.close()


def listening():
    client = netuv.connect(where(server), lambda: lane("client")("listener"))
    watch(lane("client"), client, "connect ready data finish end error close")
    client.end("hi", called(lane("client"), "end callback"))
    lane("client")("state", client.ready_state, client.writable_ended)


server.listen(place(), listening)

run()
