# end: false leaves the destination open.
# rows: S28
# over: tcp unix

from prelude import gather, lane, log, netuv, place, run, where

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    peer.pipe(peer, end=False)

    def later():
        log("ended", peer.writable_ended, peer.writable)
        peer.end(" and more")

    peer.on("end", lambda: netuv.set_immediate(later))
    server.close()


def listening():
    client = netuv.connect(where(server))
    gather(lane("client"), client)
    client.end("echo")


server.listen(place(), listening)

run()
