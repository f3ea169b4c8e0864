# write(text, encoding) and what arrives.
# rows: S16 S27
# over: tcp unix

from prelude import gather, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(log, peer)
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.write("é|")
    client.write("é|", "utf8")
    client.write("é|", "latin1")
    client.write("é|", "utf16le")
    client.write("c3a97c", "hex")
    client.write("w6l8", "base64")
    client.write("w6l8", "base64url")
    client.write("A|", "ASCII")
    client.end("é", "binary")


server.listen(place(), listening)

run()
