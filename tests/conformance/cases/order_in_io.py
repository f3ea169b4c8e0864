# From an I/O callback: tick, immediate, timer; in the next I/O callback the same again.
# rows: N15 S26
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.pipe(peer)
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.write("a")

    @client.on("data")
    def data(data):
        log("data", data)

        def timer():
            log("timer")
            if client.bytes_read < 3:
                client.write("b")
            else:
                client.end()

        netuv.set_timeout(timer, 0)
        netuv.set_immediate(lambda: log("immediate"))
        netuv.next_tick(lambda: log("tick"))
        log("data done")


server.listen(place(), listening)

run()
