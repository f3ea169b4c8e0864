# A queued write that does not move counts as idle; destroy() then fails its callback.
# rows: S20 S16
# over: tcp unix

from prelude import called, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.pause()
    peer.on("error", lambda error: None)
    server.on("done", lambda: peer.destroy())
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("ready")
    def ready():
        log("write", client.write(bytes(32 * 1024 * 1024), called(log, "callback")))
        client.set_timeout(50)

    @client.once("timeout")
    def timeout():
        log("timeout")
        client.destroy()

    @client.on("close")
    def close(had_error):
        log("close", had_error)
        server.emit("done")


server.listen(place(), listening)

run()
