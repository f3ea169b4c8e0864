# setEncoding() at both ends.
# rows: T15

from prelude import gather, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    peer.set_encoding("utf8")
    gather(say, peer)
    peer.write("grüß dich")
    peer.on("end", lambda: peer.end())


def listening(server):
    client = connect(server)
    client.set_encoding("hex")
    client.once("data", lambda data: client.end("ä" * 40))


serve_one({}, answer, listening)

run()
