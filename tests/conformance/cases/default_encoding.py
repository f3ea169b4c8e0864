# setDefaultEncoding() and what an unknown one does.
# rows: N12 S27
# over: tcp unix

from prelude import attempt, gather, lane, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(lane("server"), peer)
    server.close()


def listening():
    client = netuv.connect(where(server))
    log("same", client.set_default_encoding("hex") is client)
    client.write("414243")
    client.write("é", "utf8")
    attempt(log, "unknown", lambda: client.set_default_encoding("nonsense"))
    client.set_default_encoding("latin1")
    client.end("é")


server.listen(place(), listening)

run()
