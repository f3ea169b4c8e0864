# The writable flags through a socket's life.
# rows: N12
# over: tcp unix

from prelude import log, netuv, place, run, where


def say(socket, when):
    log(
        when, socket.writable, socket.writable_ended, socket.writable_finished,
        socket.writable_length, socket.writable_corked,
    )  # fmt: skip


server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    say(client, "connecting")

    @client.on("ready")
    def ready():
        say(client, "ready")
        client.end("x")
        say(client, "ended")

    client.on("finish", lambda: say(client, "finish"))
    client.on("close", lambda had_error: say(client, "close"))


server.listen(place(), listening)

run()
