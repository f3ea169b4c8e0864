# The forms of connect(): each reaches the server, each listener is called once.
# rows: S03 S04 S05

from prelude import called, log, netuv, place, run, where

count = 0
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    global count
    count += 1
    peer.end(f"hello {count}")
    peer.resume()


def listening():
    port, host = where(server)["port"], where(server)["host"]
    forms = [
        lambda listener: netuv.connect(port, host, listener),
        lambda listener: netuv.connect({"port": port, "host": host}, listener),
        lambda listener: netuv.create_connection(port, host, listener),
        lambda listener: netuv.create_connection({"port": str(port), "host": host}, listener),
        lambda listener: netuv.connect(str(port), host, listener),
        lambda listener: netuv.Socket().connect(port, host, listener),
        lambda listener: netuv.Socket().connect(port=port, host=host, listener=listener),
    ]

    def next_form(had_error=False):
        if not forms:
            server.close()
            return
        client = forms.pop(0)(lambda: log("connect", client.connecting))
        log("connecting", client.connecting)
        client.on("data", called(log, "data"))
        client.on("close", next_form)

    next_form()


server.listen(place(), listening)

run()
