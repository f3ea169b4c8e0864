# end() and at once destroy() on a connected socket: no 'finish', no 'end'.
# rows: S17 S18
# over: tcp unix

from prelude import called, lane, netuv, place, run, watch, where

client = lane("client")
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end error close")
    server.close()


@server.on("listening")
def listening():
    socket = netuv.connect(where(server))
    watch(client, socket, "connect end finish error close")

    @socket.on("connect")
    def connect():
        socket.end(called(client, "end callback"))
        socket.destroy()
        client("ended", socket.writable_ended, "finished", socket.writable_finished)


server.listen(place())

run()
