# What happens after 'timeout' when nothing does: is there a second one?
# rows: S20
# over: tcp unix

from prelude import called, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.on("timeout", lambda: log("timeout"))

    def later():
        client.end()
        client.resume()
        client.on("close", called(log, "close"))

    @client.on("ready")
    def ready():
        client.set_timeout(10)
        netuv.set_timeout(later, 200)


server.listen(place(), listening)

run()
