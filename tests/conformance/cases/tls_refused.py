# Nobody listens.
# rows: T33 T01

from prelude import called, describe, lane, run, watch, where
from prelude_tls import serve, tls


def listening(server):
    options = where(server)

    def closed(error):
        client = tls.connect(options)
        watch(lane("client"), client, "connect secureConnect end finish close")
        client.on("error", lambda error: lane("client")(describe(error)))
        client.write("x", called(lane("client"), "written"))

    server.close(closed)


serve({}, None, listening)

run()
