# One Socket as source and destination: an echo server of one line; and what comes back.
# rows: N19
# over: tcp unix

from prelude import gather, lane, netuv, place, run, where
from netuv import stream

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    say = lane("server")
    peer.on("close", lambda had_error: say("close", had_error))

    def done(error):
        say("callback", error, peer.readable_ended, peer.writable_finished)

    stream.pipeline(peer, peer, done)
    server.close()


def listening():
    say = lane("client")
    client = netuv.connect(where(server))
    gather(say, client)
    client.on("close", lambda had_error: say("close", had_error))
    client.end("hello")


server.listen(place(), listening)

run()
