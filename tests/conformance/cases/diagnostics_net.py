# What net publishes of sockets and servers, and when.
# rows: N23

from prelude import attempt, lane, log, netuv, place, run, temp_path, where

from netuv import diagnostics_channel

listen = "tracing:net.server.listen:"
names = ["net.client.socket", "net.server.socket", *[listen + x for x in ("asyncStart", "asyncEnd", "error")]]


def subscriber(message, channel):
    socket, server = message.get("socket"), message.get("server")
    options, error = message.get("options"), message.get("error")
    facts = [channel.replace(listen, ""), " ".join(message)]
    if socket:
        facts += [socket.connecting, socket.pending]
    if server:
        facts.append(server.listening)
    if options is not None:
        facts.append(" ".join(sorted(options)))
    if error:
        facts.append(error.code)
    lane("server" if socket and socket.server else "")(*facts)


for name in names:
    diagnostics_channel.subscribe(name, subscriber)


def connection(peer):
    lane("server")("connection")
    peer.end()


server = netuv.create_server(connection)
server.on("listening", lambda: log("listening"))


def listening():
    client = netuv.connect(where(server), lambda: log("connect"))
    log("connect() is back")

    @client.resume().on("close")
    def close(had_error):
        attempt(log, "port -1", lambda: client.connect({"port": -1}))
        busy = netuv.create_server()

        @busy.on("error")
        def error(error):
            log("error", error.code)
            attempt(log, "no options", lambda: netuv.create_server().listen({}))
            attempt(log, "again", lambda: server.listen(0))
            unix = netuv.create_server()

            def unix_listening():
                log("unix")
                unix.close()
                server.close()

            unix.listen(temp_path(), unix_listening)

        busy.listen(where(server))


server.listen(place(), listening)
log("listen() is back")

run()
