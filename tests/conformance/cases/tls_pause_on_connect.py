# pauseOnConnect: nothing is read until resume().
# rows: T16

from prelude import lane, netuv, place, run, watch
from prelude_tls import connect, own, tls


def serving(peer):
    say = lane("peer")
    say("paused", peer.is_paused())
    watch(say, peer, "data end finish close")

    def go_on():
        say("resume")
        peer.resume()

    netuv.set_timeout(go_on, 20)
    server.close()


server = tls.create_server({**own("server"), "pause_on_connect": True}, serving)


def listening():
    client = connect(server)
    client.on("secureConnect", lambda: client.end("x"))


server.listen(place(), listening)

run()
