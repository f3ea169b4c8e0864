# A character split over two reads arrives whole.
# rows: S27
# over: tcp unix

from prelude import called, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    data = "aé€😀z".encode()
    rest = [data[i : i + 1] for i in range(len(data))]

    def send(data=None):
        if rest:
            peer.write(rest.pop(0))
        else:
            peer.end()

    peer.on("data", send)
    send()
    server.close()


def listening():
    client = netuv.connect(where(server))
    log("same", client.set_encoding("utf8") is client, client.readable_encoding)
    read = 0
    client.on("data", called(log, "data"))

    def more():
        nonlocal read
        if client.bytes_read > read and not client.readable_ended:
            read = client.bytes_read
            client.write(".")
        if not client.destroyed:
            netuv.set_immediate(more)

    more()
    client.on("end", lambda: log("end", client.bytes_read))


server.listen(place(), listening)

run()
