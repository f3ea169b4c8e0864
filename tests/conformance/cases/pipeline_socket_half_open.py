# A half-open Socket at the end stays readable when the source has ended; the other end answers later.
# rows: N19
# over: tcp unix

from prelude import lane, netuv, place, run, where
from netuv import stream

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    say = lane("server")
    peer.set_encoding("utf8")
    peer.on("data", lambda data: say("data", data))

    @peer.on("end")
    def end():
        say("end")
        peer.end("answer")

    peer.on("close", lambda had_error: say("close", had_error))
    server.close()


def listening():
    say = lane("client")
    client = netuv.connect(where(server, allow_half_open=True))

    def done(error):
        say("callback", error, client.readable, client.writable_finished, client.destroyed)
        client.set_encoding("utf8")
        client.on("data", lambda data: say("data", data))
        client.on("end", lambda: say("end"))

    stream.pipeline(["question"], client, done)
    client.on("close", lambda had_error: say("close", had_error))


server.listen(place(), listening)

run()
