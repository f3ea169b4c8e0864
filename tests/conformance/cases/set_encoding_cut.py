# The stream ends inside a character.
# rows: S27
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end(bytes([0x61, 0xE2, 0x82]))
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.set_encoding("utf8")
    watch(log, client, "data end")


server.listen(place(), listening)

run()
