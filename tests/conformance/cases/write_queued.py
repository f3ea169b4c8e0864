# A write that the kernel does not take whole: false, and 'drain' before its callback.
# rows: S16 S15
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

size = 32 * 1024 * 1024
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.pause()
    peer.on("end", lambda: log("received", peer.bytes_read == size))
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "error")

    @client.on("ready")
    def ready():
        log("write", client.write(bytes(size), called(log, "callback")))
        log("queued", client.writable_length > 0, client.buffer_size == client.writable_length)
        log("need drain", client.writable_need_drain, "written", client.bytes_written == size)
        server.emit("go")

    @client.on("drain")
    def drain():
        log("drain", client.writable_length, client.buffer_size, client.writable_need_drain)
        client.end()


server.listen(place(), listening)


@server.on("connection")
def second(peer):
    server.on("go", lambda: netuv.set_immediate(lambda: peer.resume()))


run()
