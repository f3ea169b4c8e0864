# end() in 'data' while more is under way: what comes afterwards is still read.
# rows: S17 S26
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    peer.write("one")
    peer.on("end", lambda: peer.end("two"))
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "data finish end close")

    @client.once("data")
    def data(data):
        log("same", client.end() is client)
        log("writable", client.writable, client.readable)


server.listen(place(), listening)

run()
