# Bytes that are no UTF-8, and how many replacement characters they make.
# rows: S27
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end(bytes.fromhex("61ff62c3286380e28263f0908041edb0807a"))
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.set_encoding("utf8")
    watch(log, client, "data end")


server.listen(place(), listening)

run()
