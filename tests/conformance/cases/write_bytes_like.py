# Data that is not text: buffers, views, what the caller changes after the call.
# rows: S16
# over: tcp unix

from prelude import gather, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(log, peer)
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("ready")
    def ready():
        client.write(b"one ")
        client.write(bytearray([116, 119, 111, 32]))
        client.write(memoryview(b"xthree x")[1:7])
        buffer = bytearray(b"four")
        client.write(buffer)
        buffer[:] = b"----"
        log("written", client.bytes_written)
        client.end(b"!")


server.listen(place(), listening)

run()
