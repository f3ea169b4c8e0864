# One source, two destinations; one is taken away between two chunks.
# rows: S28 N11
# over: tcp unix

from prelude import gather, lane, log, netuv, place, run, where

sinks = []
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    sinks.append(peer)
    if len(sinks) < 3:
        return
    server.close()
    source, one, two = sinks
    source.pipe(one)
    source.pipe(two)

    def tick():
        source.unpipe(two)
        log("flowing", source.readable_flowing)
        two.end()
        source.write("go on")

    source.once("data", lambda data: netuv.next_tick(tick))
    source.write("start")


def listening():
    def source_connected():
        one = netuv.connect(where(server), one_connected)
        gather(lane("one"), one)

    def one_connected():
        two = netuv.connect(where(server))
        gather(lane("two"), two)

    source = netuv.connect(where(server), source_connected)

    @source.once("data")
    def start(data):
        source.write("first ")
        source.once("data", lambda data: source.end("second"))


server.listen(place(), listening)

run()
