# pipe() answers its destination; 'pipe' and 'unpipe' say who.
# rows: S28 N11
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server(lambda peer: peer.resume())


def listening():
    source = netuv.connect(where(server))
    source.on("close", lambda had_error: server.close())
    destination = netuv.Socket()
    destination.on("pipe", lambda from_: log("pipe", from_ is source, source.readable_flowing))
    destination.on("unpipe", lambda from_: log("unpipe", from_ is source, source.readable_flowing))
    log("same", source.pipe(destination) is destination, source.readable_flowing)
    log("same", source.unpipe(destination) is source, source.readable_flowing)
    source.pipe(destination)
    source.unpipe()
    source.unpipe(destination)
    log("paused", source.is_paused())
    source.destroy()


server.listen(place(), listening)

run()
