# A FIN without close_notify, which somebody between the ends has sent: it is the end all the same.
# rows: T19

from prelude import netuv, place, run, where
from prelude_tls import connect, serve_one


def listening(server):
    def relaying(near):
        far = netuv.connect(where(server, allow_half_open=True))
        far.on("data", near.write)
        far.on("end", near.end)

        @near.on("data")
        def pass_on(data):
            far.write(data)
            if data[:-90].endswith(b"\x17\x03\x03\x00\x5a"):
                far.end()

        relay.close()

    def relay_listening():
        client = connect(relay)
        client.on("secureConnect", lambda: netuv.set_timeout(client.write, 10, "x" * 73))
        client.resume()

    relay = netuv.create_server({"allow_half_open": True}, relaying)
    relay.listen(place(), relay_listening)


server = serve_one({}, None, listening)

run()
