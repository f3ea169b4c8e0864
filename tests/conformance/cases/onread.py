# onread: data comes to a callback in one's own buffer, not as 'data'.
# rows: N08 S26
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("hello world")
    server.close()


def listening():
    parts = []

    def on_read(size, buffer):
        parts.append(bytes(buffer[:size]).decode("latin1"))
        log("onread", size <= 4)
        return True

    client = netuv.connect(where(server, onread={"buffer": bytearray(4), "callback": on_read}))
    watch(log, client, "data end close")
    client.on("end", lambda: log("parts", "".join(parts), client.bytes_read))


server.listen(place(), listening)

run()
