# An idle socket: 'timeout' comes, and the socket stays open and works.
# rows: S20
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.pipe(peer)
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect end close")

    @client.on("ready")
    def ready():
        log("same", client.set_timeout(30, called(log, "callback")) is client, client.timeout)

    @client.once("timeout")
    def timeout():
        log("timeout", client.destroyed, client.timeout)
        client.write("still works")

    @client.once("data")
    def data(data):
        log("data", data)
        client.set_timeout(0)
        log("timeout", client.timeout)
        client.end()


server.listen(place(), listening)

run()
