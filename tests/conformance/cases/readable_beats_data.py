# With both listeners 'readable' rules: 'data' is heard when read() is called.
# rows: N11
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("hello")
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.on("data", called(log, "data"))

    @client.on("readable")
    def readable():
        if client.readable_length == 0:
            return
        log("readable", client.readable_flowing)
        log("read", client.read())

    watch(log, client, "end close")


server.listen(place(), listening)

run()
