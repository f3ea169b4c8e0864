# What write() and the counters say before the connection.
# rows: S16 S15 N12
# over: tcp unix
# differs: write true | write true => write false | write false
# differs: need drain false => need drain true
# because: ``write()`` answers True only when all of the data reached the kernel

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    log("write", client.write("one"))
    log("write", client.write("three"))
    log("lengths", client.writable_length, client.buffer_size, client.bytes_written)
    log("need drain", client.writable_need_drain)

    @client.on("ready")
    def ready():
        client.end()

        @client.on("finish")
        def finish():
            log("lengths", client.writable_length, client.buffer_size, client.bytes_written)


server.listen(place(), listening)

run()
