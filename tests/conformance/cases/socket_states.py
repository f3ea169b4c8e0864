# connecting, pending, readyState, destroyed, closed through a socket's life.
# rows: N09 S14
# over: tcp unix

from prelude import log, netuv, place, run, where


def say(socket, when):
    log(
        when, socket.connecting, socket.pending, socket.ready_state, socket.destroyed,
        socket.closed,
    )  # fmt: skip


server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.Socket()
    say(client, "new")
    client.connect(where(server))
    say(client, "connecting")
    client.on("connect", lambda: say(client, "connect"))

    @client.on("ready")
    def ready():
        say(client, "ready")
        client.end()
        say(client, "ended")
        client.resume()

    client.on("finish", lambda: say(client, "finish"))
    client.on("end", lambda: say(client, "end"))
    client.on("close", lambda had_error: say(client, "close"))


server.listen(place(), listening)

run()
