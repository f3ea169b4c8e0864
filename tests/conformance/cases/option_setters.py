# setNoDelay() and setKeepAlive(): before, during and after a connection, answering the socket.
# rows: S21 S22 N06 N08
# over: tcp unix

from prelude import log, netuv, place, run, watch, where


def say(socket, when):
    log(
        when,
        socket.set_no_delay() is socket, socket.set_no_delay(False) is socket,
        socket.set_keep_alive() is socket, socket.set_keep_alive(True, 1000) is socket,
    )  # fmt: skip


server = netuv.create_server(no_delay=True, keep_alive=True, keep_alive_initial_delay=1000)


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


def listening():
    client = netuv.Socket()
    watch(log, client, "connect error close")
    say(client, "new")
    client.connect(where(server))  # Node ignores the options of a Socket here, netuv refuses them
    say(client, "connecting")
    client.on("connect", lambda: say(client, "connected"))
    client.on("close", lambda had_error: say(client, "closed"))
    client.resume()


server.listen(place(), listening)

run()
