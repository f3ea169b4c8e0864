# An abstract name: no file, an address that begins with NUL, and it works.
# rows: N16 S10
# over: unix

import os
import time

from prelude import gather, hide, log, netuv, run

name = hide(f"net-{os.getpid()}-{time.time_ns()}", "NAME")
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.pipe(peer)
    server.close()


def listening():
    log("address", server.address(), os.path.exists(name))
    client = netuv.connect("\0" + name)
    gather(log, client)
    client.end("echo")


server.listen("\0" + name, listening)

run()
