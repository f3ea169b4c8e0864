# What is written before there is a connection waits for the handshake.
# rows: T14 T30
# differs: peer: data <one > | peer: data <two three> => peer: data <one two three>
# because: Writes that wait for the handshake are one record

from prelude import called, gather, lane, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    gather(say, peer)
    peer.on("end", lambda: say("read", peer.bytes_read))


def listening(server):
    say = lane("client")
    client = connect(server)
    client.write("one ", called(say, "first"))
    client.write("two ", called(say, "second"))
    say("pending", client.bytes_written, client.writable_length, client.pending)

    @client.on("connect")
    def connected():
        client.write("three", called(say, "third"))
        say("connected", client.bytes_written, client.writable_length, client.pending)

    @client.on("secureConnect")
    def secure():
        say("secure", client.bytes_written, client.pending)
        client.end()


serve_one({}, answer, listening)

run()
