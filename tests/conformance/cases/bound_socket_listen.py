# listen() takes a BoundSocket over: its port, its backlog, and what is left of it.
# rows: N22 S07
# over: tcp unix

from prelude import attempt, log, netuv, over, run, temp_path, watch, where

options = {"path": temp_path()} if over == "unix" else {"host": "127.0.0.1"}
bound = netuv.BoundSocket(options)
place = bound.address()
server = netuv.create_server(lambda peer: peer.end("hello"))
watch(log, server, "listening close error")


def listening():
    log("callback", server.address() == place)
    attempt(log, "again", lambda: server.listen(netuv.BoundSocket({"host": "127.0.0.1"})))
    client = netuv.connect(where(server))
    client.on("data", lambda data: log("data", data))
    client.on("close", lambda had_error: server.close())


returned = server.listen(bound, 5, listening)
log("returned", returned is server, "listening", server.listening)
attempt(log, "address", lambda: bound.address())
attempt(log, "close", lambda: bound.close())
attempt(log, "another server", lambda: netuv.create_server().listen({"handle": bound}))
other = netuv.create_server()


def other_listening():
    log("by an option", other.address().family)
    other.close()


other.listen({"handle": netuv.BoundSocket({"host": "127.0.0.1"}), "backlog": 3}, other_listening)

run()
