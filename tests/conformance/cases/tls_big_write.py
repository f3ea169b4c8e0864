# A write that is larger than all buffers, to a reader that begins late.
# rows: T15

from prelude import called, lane, netuv, run
from prelude_tls import connect, serve_one

SIZE = 16 << 20


def serving(peer, say):
    count = 0
    peer.remove_all_listeners("data")
    peer.pause()

    def read():
        @peer.on("data")
        def add(data):
            nonlocal count
            count += len(data)

        peer.on("end", lambda: say("received", count))
        peer.resume()

    netuv.set_timeout(read, 50)


def listening(server):
    client = connect(server, {}, "secureConnect drain end finish error close")
    say = lane("client")

    @client.on("secureConnect")
    def secure():
        say("write", client.write(bytes(SIZE), called(say, "written")))

        @client.on("drain")
        def drained():
            say("waiting", client.writable_length)
            client.end()

    client.resume()


server = serve_one({}, serving, listening)

run()
