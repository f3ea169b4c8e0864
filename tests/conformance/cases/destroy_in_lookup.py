# destroy() in the 'lookup' listener: no connection is tried.
# rows: S18 S26 N08

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()
server.on("connection", lambda peer: log("connection"))


@server.on("listening")
def listening():
    client = netuv.connect(
        port=where(server)["port"],
        host="somewhere.test",
        lookup=lambda host, options, callback: netuv.next_tick(callback, None, "127.0.0.1", 4),
        auto_select_family=False,
    )
    watch(log, client, "lookup connect error")
    client.on("lookup", lambda *args: client.destroy())

    @client.on("close")
    def close(had_error):
        log("close", had_error)
        server.close()


server.listen(place())

run()
