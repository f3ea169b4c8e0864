# The listener of createServer() is a 'connection' listener like any other, the first.
# rows: S01 S06 S12
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server(
    {"allow_half_open": True},
    lambda peer: log("from createServer", isinstance(peer, netuv.Socket), peer.allow_half_open),
)
server.on("connection", lambda peer: log("added"))
server.prepend_listener("connection", lambda peer: log("prepended"))


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


log("listeners", server.listener_count("connection"))
server.listen(place(), lambda: netuv.connect(where(server)).resume())

run()
