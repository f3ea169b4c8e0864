# readyState of half-closed ends.
# rows: N09 S29
# over: tcp unix

from prelude import lane, netuv, place, run, where

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    say = lane("server")
    peer.resume()
    say("start", peer.ready_state)

    @peer.on("end")
    def end():
        say("end", peer.ready_state)
        peer.end()
        say("ended", peer.ready_state)

    peer.on("close", lambda had_error: say("close", peer.ready_state))
    server.close()


def listening():
    say = lane("client")
    client = netuv.connect(where(server, allow_half_open=True))
    client.resume()

    @client.on("ready")
    def ready():
        client.end()
        say("ended", client.ready_state)

    client.on("end", lambda: say("end", client.ready_state))


server.listen(place(), listening)

run()
