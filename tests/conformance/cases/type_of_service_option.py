# The type of service as an option: of a Socket before and after it connects, of connect(), and wrong ones.
# rows: N25 N17

from prelude import attempt, log, netuv, place, run, where

for value in [-1, 256, 1.5, "x", True]:
    name = str(value).lower()
    attempt(log, name, lambda value=value: netuv.Socket({"type_of_service": value}))
log("none", netuv.Socket().get_type_of_service())
server = netuv.create_server(lambda peer: peer.end())


def listening():
    socket = netuv.Socket({"type_of_service": 16})
    log("before", socket.get_type_of_service())
    socket.connect(where(server), lambda: log("connected", socket.get_type_of_service()))

    @socket.resume().on("close")
    def close(had_error):
        log("closed", socket.get_type_of_service())
        client = netuv.connect(where(server, type_of_service=8))

        @client.on("connect")
        def connected():
            log("of connect", client.get_type_of_service())
            client.set_type_of_service(4)
            log("set", client.get_type_of_service())
            server.close()

        client.resume()


server.listen(place(), listening)

run()
