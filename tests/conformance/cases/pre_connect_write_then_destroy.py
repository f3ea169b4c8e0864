# Writes before the connection, then destroy(): each callback hears an error, once.
# rows: S16 N10
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect finish error")
    client.write("one", called(log, "first"))
    client.write("two", called(log, "second"))
    client.end("three", called(log, "end"))
    client.destroy()
    client.write("four", called(log, "fourth"))

    @client.on("close")
    def close(had_error):
        log("close", had_error)
        server.close()


server.listen(place(), listening)

run()
