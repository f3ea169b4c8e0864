# setKeepAlive(): how the kernel is told of the probes, by arguments and by an object.
# rows: N25 S22

import socket as stdlib_socket

from prelude import log, netuv, place, run, where

server = netuv.create_server(lambda peer: peer.resume())


def kernel(socket):
    s = stdlib_socket.socket(fileno=socket._handle.fileno())
    tcp = stdlib_socket.IPPROTO_TCP
    names = stdlib_socket.TCP_KEEPIDLE, stdlib_socket.TCP_KEEPINTVL, stdlib_socket.TCP_KEEPCNT
    answer = [s.getsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_KEEPALIVE)]
    answer += [s.getsockopt(tcp, name) for name in names]
    s.detach()
    return " ".join(map(str, answer))


def listening():
    before = netuv.Socket().set_keep_alive(True, 60000, 5000, 3)

    def connected_before():
        log("before connect", kernel(before))
        before.set_keep_alive(True, 60000, 6000, 3)
        log("changed", kernel(before))
        before.set_keep_alive(False)
        log("off", kernel(before))
        before.set_keep_alive({"enable": True, "initial_delay": 7000, "interval": 2000, "count": 4})
        log("object", kernel(before))
        before.destroy()

    before.connect(where(server), connected_before)

    def connected():
        client.set_keep_alive({"enable": True})
        log("only on", kernel(client).split(" ")[0])
        client.set_keep_alive(True, 1000)
        log("defaults", kernel(client))
        client.set_keep_alive(True, 2000, None, 5)
        log("count", kernel(client))
        client.set_keep_alive({})
        log("empty", kernel(client).split(" ")[0])
        client.destroy()
        server.close()

    client = netuv.connect(where(server), connected)


server.listen(place(), listening)

run()
