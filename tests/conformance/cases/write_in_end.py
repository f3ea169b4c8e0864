# Not half-open: what is written in the 'end' listener is still sent.
# rows: S29 S16
# over: tcp unix

from prelude import called, lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    say = lane("server")
    watch(say, peer, "data end finish error close")

    @peer.on("end")
    def end():
        say("write", peer.write("last words", called(say, "callback")))
        say("ended", peer.writable_ended)

    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "data end finish error close")
    client.end("hi")


server.listen(place(), listening)

run()
