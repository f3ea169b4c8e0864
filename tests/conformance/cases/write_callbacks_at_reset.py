# The peer resets while writes are queued: every callback hears an error, once.
# rows: S16 S26 N10

from prelude import log, netuv, place, run, watch, where

counts = [0] * 20
errors = 0
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.once("data", lambda data: peer.reset_and_destroy())
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "end finish close")
    client.on("error", lambda error: log("error"))

    @client.on("ready")
    def ready():
        for i in range(20):

            def callback(error, i=i):
                global errors
                counts[i] += 1
                if error:
                    errors += 1

            client.write(bytes(8 * 1024 * 1024), callback)

    def report():
        log("each once", all(count == 1 for count in counts), "most failed", errors > 15)

    client.on("close", lambda had_error: netuv.set_immediate(report))


server.listen(place(), listening)

run()
