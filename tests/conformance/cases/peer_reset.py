# The peer resets: 'error' ECONNRESET, 'close' true, never 'end'.
# rows: S26 N10

from prelude import describe, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("data", lambda data: peer.reset_and_destroy())
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect data end finish close")

    @client.on("error")
    def error(error):
        log("error", describe(error))
        log("bytes", client.bytes_read, client.bytes_written)

    client.write("hello")


server.listen(place(), listening)

run()
