# What was corked is one record.
# rows: T15

from prelude import called, gather, lane, run
from prelude_tls import connect, serve_one


def listening(server):
    client = connect(server)

    @client.on("secureConnect")
    def secure():
        client.cork()
        client.write("one ", called(lane("client"), "first"))
        client.write("two ", called(lane("client"), "second"))
        client.uncork()
        client.end()


server = serve_one({}, None, listening)
server.on("secureConnection", lambda peer: gather(lane("peer"), peer))

run()
