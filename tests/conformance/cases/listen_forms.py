# The forms of listen(): each is heard of once, and tells an IPv4 address.
# rows: S07

from prelude import log, netuv, run

forms = [
    lambda server, callback: server.listen(0, "127.0.0.1", callback),
    lambda server, callback: server.listen(0, "127.0.0.1", 5, callback),
    lambda server, callback: server.listen("0", "127.0.0.1", callback),
    lambda server, callback: server.listen(port=0, host="127.0.0.1", backlog=5, callback=callback),
    lambda server, callback: server.listen({"port": 0, "host": "127.0.0.1", "exclusive": True}, callback),
]


def next_form(error=None):
    if not forms:
        return
    form = forms.pop(0)
    server = netuv.create_server()

    def listening():
        info = server.address()
        log("listening", info.address, info.family, info.port > 0)
        server.close(next_form)

    form(server, listening)


next_form()

run()
