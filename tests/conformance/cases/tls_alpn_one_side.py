# ALPN of one side only, of either.
# rows: T12

from prelude import lane, run
from prelude_tls import connect, serve

say = lane("found")


def answer(peer, _):
    say("server", peer.alpn_protocol)
    peer.end()


def listening(server):
    client = connect(server)
    client.on("secureConnect", lambda: say("client", client.alpn_protocol))
    client.on("close", lambda had_error: server.close())


server = serve({"alpn_protocols": ["a"]}, answer, listening)


def answer_other(peer, _):
    answer(peer, _)
    other.close()


def other_listening(other):
    @server.on("close")
    def closed():
        client = connect(other, {"alpn_protocols": ["a"]})
        client.on("secureConnect", lambda: say("client", client.alpn_protocol))


other = serve({}, answer_other, other_listening)

run()
