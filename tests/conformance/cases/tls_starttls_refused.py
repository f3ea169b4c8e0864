# TLS over a socket whose connection is refused.
# rows: T24 T33
# differs: client: close false => client: close true
# because: An error of the socket below is one of the TLSSocket, so 'close' says so

from prelude import called, lane, netuv, run, watch, where
from prelude_tls import ca, serve, tls


def listening(server):
    options = where(server)

    def closed(error):
        raw = netuv.connect(options)
        watch(lane("raw"), raw, "error close")
        client = tls.connect({"socket": raw, "ca": ca, "servername": "localhost"})
        watch(lane("client"), client, "connect secureConnect end error close")
        client.write("x", called(lane("client"), "written"))

    server.close(closed)


serve({}, None, listening)

run()
