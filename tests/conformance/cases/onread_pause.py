# An onread callback that answers false pauses the socket; resume() goes on.
# rows: N08 S19
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("abcdef")
    server.close()


def listening():
    parts = []

    def on_read(size, buffer):
        parts.append(bytes(buffer[:size]).decode("latin1"))

        @netuv.set_immediate
        def resume():
            log("resume", len(parts), client.is_paused())
            client.resume()

        return False

    client = netuv.connect(where(server, onread={"buffer": bytearray(2), "callback": on_read}))
    watch(log, client, "data end close")
    client.on("end", lambda: log("parts", parts))


server.listen(place(), listening)

run()
