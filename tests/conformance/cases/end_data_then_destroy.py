# end(data, callback) then destroy(): the data was sent already, the end was not.
# rows: S17 S18
# over: tcp unix

from prelude import called, lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end error close")
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "finish end error close")

    @client.on("connect")
    def connect():
        client.end("bye", called(lane("client"), "end callback"))
        client.destroy()


server.listen(place(), listening)

run()
