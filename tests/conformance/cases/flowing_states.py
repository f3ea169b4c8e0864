# readableFlowing and isPaused() as listeners come and go.
# rows: N11 S19
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))

    def say(what):
        log(what, client.readable_flowing, client.is_paused())

    say("start")
    client.pause()
    say("pause")
    client.resume()
    say("resume")
    client.pause()

    def listener(*args):
        pass

    client.on("data", listener)
    say("data listener on a paused socket")
    client.resume()
    client.off("data", listener)
    say("data listener off")
    client.on("readable", listener)
    say("readable listener")
    client.off("readable", listener)
    say("readable listener off")

    @netuv.set_immediate
    def later():
        say("later")
        client.destroy()


server.listen(place(), listening)

run()
