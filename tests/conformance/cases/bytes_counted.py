# bytesRead and bytesWritten on both ends, before, during and after.
# rows: S25
# over: tcp unix

from prelude import lane, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    say = lane("server")
    peer.on("data", lambda data: peer.write(data))
    peer.on("close", lambda had_error: say("close", peer.bytes_read, peer.bytes_written))
    say("start", peer.bytes_read, peer.bytes_written)
    server.close()


def listening():
    say = lane("client")
    client = netuv.connect(where(server))
    client.write("12345")
    client.write("é")
    say("queued", client.bytes_read, client.bytes_written)

    @client.on("data")
    def data(data):
        if client.bytes_read == 7:
            say("echoed", client.bytes_read, client.bytes_written)
            client.end("bye")

    client.on("close", lambda had_error: say("close", client.bytes_read, client.bytes_written))


server.listen(place(), listening)

run()
