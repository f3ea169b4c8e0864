# Writing on each 'drain': as many 'drain' events as false answers.
# rows: S16
# over: tcp unix

from prelude import lane, log, netuv, place, run, where

left = 4
drains = 0
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("end", lambda: lane("server")("received", peer.bytes_read))
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("ready")
    def more():
        global left
        log("write", client.write(bytes(32 * 1024 * 1024)))
        left -= 1

    @client.on("drain")
    def drain():
        global drains
        drains += 1
        log("drain", drains)
        if left > 0:
            more()
        else:
            client.end()


server.listen(place(), listening)

run()
