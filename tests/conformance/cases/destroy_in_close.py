# What may be called in 'close' and changes nothing: destroy, end, pause, resume, write.
# rows: S18 S26
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end()
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "end finish error close")
    client.resume()

    @client.on("close")
    def close(had_error):
        client.destroy()
        client.end()
        client.pause()
        client.resume()
        log("write", client.write("x", called(log, "callback")))


server.listen(place())

run()
