# Two addresses, the first refuses: the second is connected.
# rows: N07 S26

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


def listening():
    def lookup(host, options, callback):
        log("lookup asked", host, options["family"], options["all"])
        answer = [
            {"address": "127.0.0.2", "family": 4},
            {"address": "127.0.0.1", "family": 4},
        ]
        netuv.set_immediate(callback, None, answer)

    client = netuv.connect(
        port=where(server)["port"],
        host="somewhere.test",
        auto_select_family=True,
        lookup=lookup,
    )
    watch(log, client, "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout")
    watch(log, client, "connect ready error end close")
    client.on("connect", lambda: log("tried", client.auto_select_family_attempted_addresses))
    client.resume()


server.listen(place(), listening)

run()
