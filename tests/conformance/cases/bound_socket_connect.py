# A Socket over a BoundSocket: its states before connect(), and the end that it connects from.
# rows: N22 S14
# over: tcp unix

from prelude import attempt, lane, log, netuv, over, place, run, temp_path, watch, where

options = {"path": temp_path()} if over == "unix" else {"host": "127.0.0.1"}
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("end", lambda: peer.end("bye"))
    peer.on("data", lambda data: lane("server")("data", data))


def listening():
    bound = netuv.BoundSocket(options)
    here = bound.address()

    def mine(socket):
        return socket.local_address == here if over == "unix" else socket.local_port == here.port

    client = netuv.Socket({"handle": bound})
    attempt(log, "adopted", lambda: bound.address())
    log("before", client.pending, client.connecting, client.ready_state, mine(client), client.remote_address)
    watch(log, client, "connectionAttempt connect ready end error close")

    def connected():
        log("connected", mine(client), client.ready_state)
        client.end("hello")

    client.connect(where(server), connected)
    log("after", client.pending, client.connecting, client.ready_state)
    client.on("data", lambda data: log("data", data))

    @client.on("close")
    def close(had_error):
        again = netuv.connect(where(server, handle=netuv.BoundSocket(options)))
        watch(lane("by connect()"), again, "connect end close error")
        again.end("x")
        again.resume()
        again.on("close", lambda had_error: server.close())


server.listen(place(), listening)

run()
