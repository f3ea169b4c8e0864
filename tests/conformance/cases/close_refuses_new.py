# After close() nobody gets in, though a connection is still open.
# rows: S09 S14
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    target = where(server)
    server.close()
    late = netuv.connect(target)
    watch(log, late, "connect error close")
    late.on("close", lambda had_error: peer.end())


server.on("close", lambda: log("server close"))


def listening():
    client = netuv.connect(where(server))
    client.resume()


server.listen(place(), listening)

run()
