# A Socket over a BoundSocket that is written to, ended, or destroyed, and not connected; a wrong family.
# rows: N22 N10

from prelude import attempt, lane, netuv, place, run, watch, where


def over(name):
    socket = netuv.Socket({"handle": netuv.BoundSocket({"host": "127.0.0.1"})})
    watch(lane(name), socket, "end error close")
    socket.resume()
    return socket


written = over("written")
written.write("x", lambda error: lane("written")("callback", error))
over("destroyed").destroy()
local = over("local")
attempt(lane("local"), "local port", lambda: local.connect({"port": 1, "local_port": 5}))
attempt(lane("local"), "local address", lambda: local.connect({"port": 1, "local_address": "127.0.0.1"}))
local.destroy()
refused = over("refused")
refused.on("error", lambda error: lane("refused")(error.syscall, str(error), error.local_port))
refused.connect(1, "127.0.0.1")
server = netuv.create_server(lambda peer: peer.end())


def listening():
    again = over("again")
    port = where(server)["port"]
    bound = again.local_port

    def connected():
        lane("again")("connected", again.local_port == bound)

    again.connect(port, "127.0.0.1", connected)

    @again.once("close")
    def close(had_error):
        again.connect(port, "127.0.0.1", lambda: lane("again")("a new port", again.local_port != bound))
        again.once("close", lambda had_error: server.close())


server.listen(place(), listening)

run()
