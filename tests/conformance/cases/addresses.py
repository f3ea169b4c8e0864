# Both ends' addresses while connecting, connected and closed.
# rows: S23 S24 N09
# over: tcp tcp6 unix

from prelude import hide, lane, netuv, place, run, where


def say(logger, socket, when):
    own = socket.address()
    logger(when, *([own.address, own.family, own.port] if own else [None] * 3))
    logger(when, "local", socket.local_address, socket.local_port, socket.local_family)
    logger(when, "remote", socket.remote_address, socket.remote_port, socket.remote_family)


server = netuv.create_server()


@server.on("connection")
def connection(peer):
    say(lane("server"), peer, "connection")
    peer.end()
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    lane("client")("connecting remote", client.remote_address, client.remote_port)
    client.resume()

    @client.on("connect")
    def connect():
        if client.local_port is not None:
            hide(client.local_port, "CLIENT")
        say(lane("client"), client, "connect")

    @client.on("close")
    def close(had_error):
        lane("client")("close local", client.local_address, client.local_port)
        lane("client")("close remote", client.remote_address, client.remote_port)


server.listen(place(), listening)

run()
