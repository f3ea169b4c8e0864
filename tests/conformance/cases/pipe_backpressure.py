# An echo through pipe() of more than any buffer holds: byte for byte, and both ends close.
# rows: S28 S16
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

size = 16 * 1024 * 1024
received = 0
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    say = lane("server")
    peer.pipe(peer)
    peer.on("close", lambda had_error: say("close", had_error, peer.bytes_read, peer.bytes_written))
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("data")
    def data(data):
        global received
        received += len(data)

    watch(lane("client"), client, "finish end close")
    client.on("end", lambda: lane("client")("received", received))
    client.end(b"x" * size)


server.listen(place(), listening)

run()
