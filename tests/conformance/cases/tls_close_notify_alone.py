# The FIN of a client is held up on its way: its close_notify is the end all the same.
# rows: T18

from prelude import lane, netuv, place, run, where
from prelude_tls import connect, serve_one

ended = False


def serving(peer, say):
    peer.on("close", lambda had_error: lane("relay")("ended", ended))


def listening(server):
    def relaying(near):
        far = netuv.connect(where(server, allow_half_open=True))
        far.on("data", near.write)
        near.on("data", far.write)

        @far.on("end")
        def on_end():
            global ended
            ended = True
            near.end()
            far.end()

        relay.close()

    relay = netuv.create_server({"allow_half_open": True}, relaying)
    relay.listen(place(), lambda: connect(relay).end("bye"))


server = serve_one({}, serving, listening)

run()
