# destroy() in the 'connect' listener: is there still a 'ready', and what does the server see?
# rows: S18 S26
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

client = lane("client")
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end error close")
    server.close()


@server.on("listening")
def listening():
    socket = netuv.connect(where(server))
    watch(client, socket, "connect ready end finish error close")

    @socket.on("connect")
    def connect():
        socket.destroy()
        client("destroyed", socket.destroyed)


server.listen(place())

run()
