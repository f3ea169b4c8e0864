# destroy(error) in 'data', on the server's end.
# rows: N10 S26
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end error close")
    peer.on("data", lambda data: peer.destroy(Exception("boom")))
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "data end finish error close")
    client.write("hello")


server.listen(place())

run()
