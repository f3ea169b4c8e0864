# end(data, callback): write callbacks, the end callback, 'finish'.
# rows: S17 N12
# over: tcp unix

from prelude import called, gather, lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(lane("server"), peer)
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "prefinish finish")

    @client.on("connect")
    def connect():
        client.write("one ", called(lane("client"), "write callback"))
        client.end("two", called(lane("client"), "end callback"))
        lane("client")("ended", client.writable_ended, client.writable_finished)

    client.on("finish", lambda: lane("client")("finished", client.writable_finished))


server.listen(place(), listening)

run()
