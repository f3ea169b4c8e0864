# A Socket is destroyed on this side: as the source, as the destination, while connecting.
# rows: N19
# over: tcp unix

from prelude import log, netuv, place, run, see, where
from netuv import stream


def start(ways):
    if not ways:
        return
    way, *others = ways
    log("--", way)
    server = netuv.create_server()

    @server.on("connection")
    def connection(peer):
        peer.on("error", lambda error: None)
        peer.write("x")
        peer.resume()

    def listening():
        client = see("client", netuv.connect(where(server)))

        def done(error):
            log("callback", error, other.destroyed)
            server.close(lambda error: start(others))

        def write(chunk, encoding, callback):
            log("write", chunk)
            client.destroy(None if way == "source" else Exception("boom"))
            callback()

        if way.startswith("source"):
            other = see("other", stream.Writable(write=write))
            stream.pipeline(client, other, done)
        else:
            other = see("other", stream.Readable(read=lambda size: None))
            other.push("x")
            stream.pipeline(other, client, done)
            if way == "connecting":
                client.destroy()
            else:
                client.on("data", lambda data: client.destroy())

    server.listen(place(), listening)


start(["source", "source with an error", "destination", "connecting"])

run()
