# end() alone before the connection: the FIN is sent once connected.
# rows: S17 S14
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end finish error close")
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect ready finish end error close")
    client.resume()
    client.end()


server.listen(place(), listening)

run()
