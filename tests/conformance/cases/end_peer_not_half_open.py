# The peer ends first, nobody half-open: both ends from 'end' to 'close'.
# rows: S29 S17 S26
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end finish error close")
    peer.end("bye")
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect ready data end finish error close")
    client.on("end", lambda: lane("client")("state", client.ready_state, client.writable_ended))


server.listen(place(), listening)

run()
