# destroy(error) in 'connect': ticks queued earlier, then 'error', later ticks, then 'close'.
# rows: N10 S26
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect ready error close")

    @client.on("connect")
    def connect():
        netuv.next_tick(lambda: log("tick before"))
        client.destroy(Exception("boom"))
        netuv.next_tick(lambda: log("tick after"))
        netuv.set_immediate(lambda: log("immediate"))
        log("closed", client.closed, "errored", client.errored)


server.listen(place())

run()
