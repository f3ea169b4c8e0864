# pause() in 'data': nothing more until resume().
# rows: S19
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.write("one")

    def sent(error):
        netuv.set_immediate(lambda: server.emit("sent"))

    peer.once("data", lambda data: peer.end("two", sent))
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "data end close")

    @client.once("data")
    def data(data):
        client.pause()
        log("paused", client.is_paused(), client.readable_flowing)
        client.write("go on")

    @server.on("sent")
    def sent():
        log("resume")
        client.resume()
        log("paused", client.is_paused(), client.readable_flowing)


server.listen(place(), listening)

run()
