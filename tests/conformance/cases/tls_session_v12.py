# A session is taken up anew, TLS 1.2.
# rows: T26

from prelude import lane, run
from prelude_tls import connect, serve

say = lane("client")


def listening(server):
    session = None

    def given(value):
        nonlocal session
        say("session")
        session = value

    def closed(had_error):
        second = connect(server, {"session": session})
        second.on("session", lambda session: say("session"))
        second.on("secureConnect", lambda: say("reused", second.is_session_reused(), second.authorized))
        second.on("close", lambda had_error: server.close())

    first = connect(server)
    first.on("session", given)
    first.on("secureConnect", lambda: say("reused", first.is_session_reused()))
    first.on("close", closed)


server = serve({"max_version": "TLSv1.2"}, lambda peer, say: peer.end("x"), listening)

run()
