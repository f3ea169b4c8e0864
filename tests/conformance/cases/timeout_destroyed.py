# No 'timeout' after destroy().
# rows: S20 S18
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.on("error", lambda error: None)
    peer.set_timeout(5, lambda: log("never"))
    peer.destroy()


def listening():
    client = netuv.connect(where(server))
    client.on("error", lambda error: None)

    @client.on("ready")
    def ready():
        client.set_timeout(5, lambda: log("never"))
        client.destroy()
        client.set_timeout(5, lambda: log("never"))

    @client.on("close")
    def close(had_error):
        netuv.set_timeout(lambda: log("later"), 20)
        server.close()


server.listen(place(), listening)

run()
