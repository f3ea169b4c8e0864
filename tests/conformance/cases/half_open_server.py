# allowHalfOpen on the server: it goes on writing after the client's FIN, and ends itself.
# rows: S29 S01
# over: tcp unix

from prelude import called, gather, lane, netuv, place, run, watch, where

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    say = lane("server")
    watch(say, peer, "data end finish error close")

    @peer.on("end")
    def end():
        say("state", peer.ready_state, peer.allow_half_open)

        @netuv.set_immediate
        def later():
            say("write", peer.write("still here ", called(say, "callback")))
            peer.end("bye")

    server.close()


def listening():
    client = netuv.connect(where(server))
    gather(lane("client"), client)
    watch(lane("client"), client, "end finish error close")
    client.end("hi")


server.listen(place(), listening)

run()
