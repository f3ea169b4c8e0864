# The readable flags through a socket's life.
# rows: N11
# over: tcp unix

from prelude import log, netuv, place, run, where


def say(socket, when):
    log(
        when, socket.readable, socket.readable_ended, socket.readable_length,
        socket.readable_flowing, socket.readable_encoding, socket.readable_aborted,
    )  # fmt: skip


server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("x")
    server.close()


def listening():
    client = netuv.connect(where(server))
    say(client, "connecting")

    @client.on("ready")
    def ready():
        say(client, "ready")
        client.set_encoding("utf8")
        client.on("data", lambda data: say(client, "data"))

    client.on("end", lambda: say(client, "end"))
    client.on("close", lambda had_error: say(client, "close"))


server.listen(place(), listening)

run()
