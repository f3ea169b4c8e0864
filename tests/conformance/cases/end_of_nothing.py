# The peer ends without a byte: 'end' all the same, to a 'readable' reader too.
# rows: S26 N11
# over: tcp unix

from prelude import lane, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end close")
    peer.end()
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.on("readable", lambda: log("readable", client.read()))
    watch(log, client, "end close")


server.listen(place(), listening)

run()
