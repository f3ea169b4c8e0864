# finished() of Sockets: it does not wait for 'close'; ended, destroyed, reset, refused.
# rows: N19
# over: tcp

from prelude import lane, netuv, place, run, where
from netuv import stream


def start(ways):
    if not ways:
        return
    way, *others = ways
    here, there = lane(f"{way} client"), lane(f"{way} server")
    server = netuv.create_server()

    @server.on("connection")
    def connection(peer):
        stream.finished(peer, lambda error: there("finished", error))
        peer.on("close", lambda had_error: there("close", had_error))
        peer.resume()
        if way == "reset":
            peer.reset_and_destroy()
        server.close()

    def listening():
        client = netuv.connect(where(server))
        stream.finished(client, lambda error: here("finished", error))
        stream.finished(client, {"readable": False}, lambda error: here("written", error))
        stream.finished(client, {"writable": False}, lambda error: here("read", error))

        @client.on("close")
        def close(had_error):
            here("close", had_error)

            def later(error):
                here("later", error)
                netuv.set_immediate(start, others)

            stream.finished(client, later)

        client.resume()
        if way == "end":
            client.end("x")
        if way == "destroy":
            client.on("connect", lambda: client.destroy())
        if way == "connecting":
            client.destroy()
            server.close()

    server.listen(place(), listening)


start(["end", "destroy", "reset", "connecting"])

run()
