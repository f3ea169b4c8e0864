# The forms of connect(path).
# rows: S04
# over: unix

from prelude import called, log, netuv, place, run

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end("hello")
    peer.resume()


def listening():
    path = server.address()
    forms = [
        lambda listener: netuv.connect(path, listener),
        lambda listener: netuv.connect({"path": path}, listener),
        lambda listener: netuv.create_connection(path, listener),
        lambda listener: netuv.Socket().connect(path, listener),
        lambda listener: netuv.connect({"path": path, "port": 1, "host": "127.0.0.1"}, listener),
    ]

    def next_form(had_error=False):
        if not forms:
            server.close()
            return
        client = forms.pop(0)(lambda: log("connect", client.connecting))
        client.on("data", called(log, "data"))
        client.on("close", next_form)

    next_form()


server.listen(place(), listening)

run()
