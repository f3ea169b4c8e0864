# A lookup function of one's own: what it is asked, and what 'lookup' tells.
# rows: S26 N08

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


def listening():
    def lookup(host, options, callback):
        log("lookup asked", host, options["family"], options["hints"], options.get("all"))
        netuv.set_immediate(callback, None, "127.0.0.1", 4)

    client = netuv.connect(
        port=where(server)["port"],
        host="somewhere.test",
        auto_select_family=False,
        lookup=lookup,
    )
    watch(log, client, "lookup connectionAttempt connect ready end close")
    client.resume()


server.listen(place(), listening)

run()
