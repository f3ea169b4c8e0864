# 'readable' and read(): everything arrives, then 'end'.
# rows: N11
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("hello world")
    server.close()


def listening():
    client = netuv.connect(where(server))
    log("read", client.read())

    @client.on("readable")
    def readable():
        while (chunk := client.read()) is not None:
            log("read", chunk)
            log("flowing", client.readable_flowing, client.readable_length)

    watch(log, client, "end close")
    client.on("end", lambda: log("read", client.read(), client.readable_ended))


server.listen(place(), listening)

run()
