# listen(port, host) is deferred even for an IP address.
# rows: S07 S10 N03
# over: tcp tcp6

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()
watch(log, server, "listening error close")
log("before", server.listening, server.address())
log("same", server.listen(place(), called(log, "callback")) is server)
log("after", server.listening, server.address())
netuv.next_tick(lambda: netuv.next_tick(lambda: log("two ticks")))


@server.on("listening")
def listening():
    info = server.address()
    where(server)
    log("address", info.address, info.family, info.port, server.listening)
    server.close()
    log("closed", server.listening, server.address())


run()
