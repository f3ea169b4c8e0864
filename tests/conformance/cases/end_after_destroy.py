# end(callback) on a destroyed socket.
# rows: S17 N10
# over: tcp unix
# differs: close false => end callback ERR_STREAM_DESTROYED | close false
# because: ``end(callback)`` on a destroyed socket calls back

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "finish error close")

    @client.on("connect")
    def connect():
        client.destroy()
        client.end(called(log, "end callback"))


server.listen(place(), listening)

run()
