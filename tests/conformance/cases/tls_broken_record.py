# A record that was tampered with on its way to the server.
# rows: T22
# differs: client: close false => client: close true
# differs: peer: close false => peer: close true
# because: A bad record, and an alert, destroy the socket

from prelude import netuv, place, run, where
from prelude_tls import connect, serve_one


def listening(server):
    def relaying(near):
        far = netuv.connect(where(server))
        far.pipe(near)

        def pass_on(data):
            if data.startswith(b"\x17\x03\x03\x00\x5a"):
                data = data[:40] + bytes([data[40] ^ 1]) + data[41:]
            far.write(data)

        near.on("data", pass_on)
        near.on("end", lambda: far.end())
        near.on("error", lambda error: far.destroy())
        far.on("error", lambda error: near.destroy())
        relay.close()

    def relay_listening():
        client = connect(relay, {}, "connect secureConnect close")
        client.on("error", lambda error: None)
        client.on("secureConnect", lambda: netuv.set_timeout(client.write, 10, "x" * 73))

    relay = netuv.create_server(relaying)
    relay.listen(place(), relay_listening)


server = serve_one({}, None, listening)
server.on("secureConnection", lambda peer: peer.on("error", lambda error: peer.destroy()))

run()
