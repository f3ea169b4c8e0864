# write() after an end() that waits for the connection.
# rows: S17 N14
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect finish error")
    client.end("bye", called(log, "end callback"))
    log("write", client.write("more", called(log, "callback")))

    @client.on("close")
    def close(had_error):
        log("close", had_error)
        server.close()


server.listen(place(), listening)

run()
