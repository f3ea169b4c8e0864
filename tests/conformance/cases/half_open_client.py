# allowHalfOpen on the client: it goes on writing after the server's FIN.
# rows: S29 S03
# over: tcp unix

from prelude import gather, lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    say = lane("server")
    gather(say, peer)
    watch(say, peer, "end finish error close")
    peer.end("bye")
    server.close()


def listening():
    say = lane("client")
    client = netuv.connect(where(server, allow_half_open=True))
    watch(say, client, "data end finish error close")

    def later():
        say("state", client.ready_state, client.allow_half_open)
        client.write("one ")
        client.end("two")
        say("state", client.ready_state)

    client.on("end", lambda: netuv.set_immediate(later))


server.listen(place(), listening)

run()
