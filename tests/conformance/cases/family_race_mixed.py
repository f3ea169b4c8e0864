# Addresses of both families: the attempts alternate, repeats are skipped.
# rows: N07 S26

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


def listening():
    answer = [
        {"address": "::1", "family": 6},
        {"address": "::1", "family": 6},
        {"address": "127.0.0.3", "family": 4},
        {"address": "127.0.0.1", "family": 4},
    ]
    client = netuv.connect(
        port=where(server)["port"],
        host="somewhere.test",
        lookup=lambda host, options, callback: netuv.set_immediate(callback, None, answer),
    )
    watch(log, client, "lookup connectionAttempt connectionAttemptFailed connect error close")
    client.on("connect", lambda: log("tried", client.auto_select_family_attempted_addresses))
    client.resume()


server.listen(place(), listening)

run()
