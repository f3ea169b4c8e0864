# The destination cannot connect: the source is destroyed with its error.
# rows: N19
# over: tcp unix

from prelude import log, netuv, place, run, see, where
from netuv import stream

server = netuv.create_server()


def listening():
    address = where(server)

    def closed(error):
        client = see("client", netuv.connect(address))
        source = see("source", stream.Readable(read=lambda size: None))
        source.push("x")

        def done(error):
            log("callback", error, error.syscall, source.destroyed, client.destroyed)

        stream.pipeline(source, client, done)

    server.close(closed)


server.listen(place(), listening)

run()
