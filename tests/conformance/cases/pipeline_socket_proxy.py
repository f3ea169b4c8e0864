# A proxy of two pipelines: the target goes away in the middle, and both connections close.
# rows: N19
# over: tcp unix

from prelude import lane, netuv, place, run, where
from netuv import stream

target = netuv.create_server()
proxy = netuv.create_server()


@target.on("connection")
def to_target(peer):
    say = lane("target")

    @peer.on("data")
    def data(chunk):
        say("data", chunk)
        peer.destroy()
        target.close()

    peer.on("close", lambda had_error: say("close", had_error))


@proxy.on("connection")
def to_proxy(peer):
    onward = netuv.connect(where(target))
    count = [0]

    def done(name, error):
        lane(f"proxy {name}")("callback", error)
        count[0] += 1
        if count[0] == 2:
            lane("proxy")("destroyed", peer.destroyed, onward.destroyed)

    stream.pipeline(peer, onward, lambda error: done("there", error))
    stream.pipeline(onward, peer, lambda error: done("back", error))
    proxy.close()


def listening():
    say = lane("client")
    client = netuv.connect(where(proxy))
    client.on("end", lambda: say("end"))
    client.on("close", lambda had_error: say("close", had_error))
    client.resume()
    client.write("x")


target.listen(place(), lambda: proxy.listen(place(), listening))

run()
