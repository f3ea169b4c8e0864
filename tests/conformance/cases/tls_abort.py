# A signal that is aborted during the handshake.
# rows: T21

from prelude import called, lane, netuv, place, run, watch
from prelude_tls import connect


def serving(raw):
    watch(lane("server"), raw, "end close").resume()
    server.close()


server = netuv.create_server(serving)


def listening():
    controller = netuv.AbortController()
    client = connect(server, {"signal": controller.signal})
    client.on("connect", lambda: netuv.set_immediate(controller.abort))
    client.write("x", called(lane("client"), "written"))


server.listen(place(), listening)

run()
