# A SOCKS5 server (RFC 1928): connections for anybody, to IPv4 and IPv6 addresses and to names.
#
# Usage: python examples/node/socks5.py [port or path]      (1080 by default, 0 for a free port)

from netuv.node import net, process, run

REASONS = {"ENETUNREACH": 3, "EHOSTUNREACH": 4, "ENOTFOUND": 4, "ECONNREFUSED": 5}


def answer(code):
    return bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0])


@net.createServer
def server(client):
    def greeting(data):  # 5, number of methods
        return methods, data[1]

    def methods(data):  # 0 is "no password"
        client.write(bytes([5, 0])) if 0 in data else client.end(bytes([5, 255]))
        return request, 5

    def request(data):  # 5, command, 0, kind of address, and the address's first byte
        size = {1: 3, 3: data[4], 4: 15}.get(data[3])
        if data[1] == 1 and size is not None:
            return lambda rest: address(data + rest), size + 2
        client.end(answer(8 if data[1] == 1 else 7))
        return None, 0

    def address(data):  # the same, and the rest of the address, and the port
        host, port = data[4:-2], int.from_bytes(data[-2:], "big")
        text = {1: ".".join(map(str, host)), 3: host[1:].decode(errors="replace"), 4: host.hex(":", 2)}
        connect(text[data[3]], port)
        return None, 0

    def connect(host, port):
        def onConnect():
            print(f"to {host} {port}")
            client.allowHalfOpen = True
            client.write(answer(0))
            client.pipe(target).pipe(client)

        def onError(error):
            print(f"{error.code} {host} {port}")
            client.end(answer(REASONS.get(error.code, 1)))

        client.off("readable", onReadable).on("close", lambda: target.destroy())
        target = net.connect({"host": host, "port": port, "allowHalfOpen": True}, onConnect)
        target.on("error", onError)

    def onReadable():
        nonlocal step, need
        while step and client.writable:
            data = client.read(need) or b""
            if len(data) < need:
                return  # later, or never: at the end read() gives what there is
            step, need = step(data)

    step, need = greeting, 2  # each step answers with the next one, and how many bytes that needs
    client.on("readable", onReadable).on("error", lambda error: print(error.message))


where = process.argv[2] or 1080
server.listen(where, lambda: print("socks5 on", getattr(server.address(), "port", server.address())))
run()
