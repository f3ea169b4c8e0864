# What the same bytes are in every encoding.
# rows: S27
# over: tcp unix

from prelude import gather, lane, netuv, place, run, where

encodings = ["utf8", "ascii", "latin1", "utf16le", "hex", "base64", "UTF-8", "ucs2", "binary"]
left = len(encodings)
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    global left
    peer.resume()
    peer.end(bytes.fromhex("48c3a9e282ac0041"))
    left -= 1
    if left == 0:
        server.close()


def listening():
    for encoding in encodings:
        client = netuv.connect(where(server))
        client.set_encoding(encoding)
        gather(lane(encoding), client)
        lane(encoding)("encoding", client.readable_encoding)


server.listen(place(), listening)

run()
