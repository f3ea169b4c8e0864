# connect() on a socket that is connecting.
# rows: S14 N10

import re

from prelude import attempt, describe, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.on("error", lambda error: None)


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect ready close")
    client.on("error", lambda error: log("error", re.sub(r":\d+\)", ":CLIENT)", describe(error))))
    attempt(log, "again", lambda: client.connect(where(server)))
    client.on("close", lambda had_error: server.close())


server.listen(place(), listening)

run()
