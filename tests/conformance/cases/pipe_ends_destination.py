# The source ends, so does the destination; in which order?
# rows: S28
# over: tcp unix

from prelude import gather, lane, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    if server.listener_count("second") == 0:

        @server.on("second")
        def second(other):
            watch(log, peer, "end")
            watch(log, other, "finish")
            other.on("unpipe", lambda source: log("unpipe", source is peer))
            peer.pipe(other)

        server.emit("first")
    else:
        server.emit("second", peer)
        server.close()


def listening():
    source = netuv.connect(where(server))
    source.end("through the pipe")
    source.resume()

    @server.on("first")
    def first():
        sink = netuv.connect(where(server))
        gather(lane("sink"), sink)
        watch(lane("sink"), sink, "end close")


server.listen(place(), listening)

run()
