# read(n) after setEncoding() counts characters.
# rows: N11 S27
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("äöüß")
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.set_encoding("utf8")

    @client.once("readable")
    def first():
        log("length", client.readable_length)
        log("read 3", client.read(3))
        log("read all", client.read())
        client.on("readable", lambda: log("read", client.read()))

    client.on("end", lambda: log("end"))


server.listen(place(), listening)

run()
