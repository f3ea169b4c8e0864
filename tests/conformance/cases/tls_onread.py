# The option onread of a client.
# rows: T15

from prelude import lane, run, watch, where
from prelude_tls import ca, serve_one, tls

say = lane("client")
buffer = bytearray(100)


def read_into(size, buffer):
    say("read", size, bytes(buffer[:size]))


def listening(server):
    client = tls.connect(where(server, ca=ca, onread={"buffer": buffer, "callback": read_into}))
    watch(say, client, "secureConnect data end finish error close")


serve_one({}, lambda peer, say: peer.end("hello"), listening)

run()
