# destroy(error) where nobody listens to 'error': it is uncaught first, and then 'close' comes.
# rows: N10 S18
# over: tcp unix

from prelude import log, netuv, place, run, where

netuv.default_loop().remove_all_listeners("uncaughtException")
netuv.default_loop().on("uncaughtException", lambda error: log("uncaught", error))


def connection(peer):
    peer.on("error", lambda error: None).resume()


server = netuv.create_server(connection)


def listening():
    client = netuv.connect(where(server), lambda: client.destroy(Exception("connected")))

    @client.on("close")
    def close(had_error):
        log("close", had_error)
        server.close()
        never = netuv.Socket()
        never.on("close", lambda had_error: log("close of one that had no connection"))
        never.destroy(Exception("never connected"))


server.listen(place(), listening)

run()
