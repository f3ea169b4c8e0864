# A Socket as the source, and as the destination: what is sent arrives, and both sides close.
# rows: N19
# over: tcp unix

from prelude import lane, netuv, place, run, where
from netuv import stream

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    say = lane("server")
    parts = []

    def write(chunk, encoding, callback):
        parts.append(chunk)
        callback()

    def done(error):
        say("callback", error, len(b"".join(parts)), peer.writable)

    destination = stream.Writable(write=write)
    peer.on("close", lambda had_error: say("close", had_error))
    stream.pipeline(peer, destination, done)
    server.close()


def listening():
    say = lane("client")
    client = netuv.connect(where(server))
    source = stream.Readable(read=lambda size: None)
    for _ in range(4):
        source.push(b"x" * 200000)
    source.push(None)
    for name in ("finish", "end"):
        client.on(name, lambda name=name: say(name))
    client.on("close", lambda had_error: say("close", had_error))

    def done(error):
        say("callback", error, source.destroyed, client.writable_finished)

    stream.pipeline(source, client, done)
    client.resume()


server.listen(place(), listening)

run()
