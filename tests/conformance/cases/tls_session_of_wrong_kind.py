# The option session, and setSession() and setServername() when it is too late or nonsense.
# rows: T26 T31

from prelude import attempt, lane, run
from prelude_tls import connect, serve_one

say = lane("client")


def answer(peer, _):
    attempt(lane("peer"), "servername", lambda: peer.set_servername("a"))
    peer.end()


def listening(server):
    client = connect(server)
    attempt(say, "number", lambda: client.set_servername(1))

    @client.on("secureConnect")
    def secure():
        say("reused", client.is_session_reused())
        client.end()


serve_one({}, answer, listening)

run()
