# listen(port) alone listens everywhere: on '::' in Node, on 0.0.0.0 here.
# rows: S07 S10
# differs: after true :: IPv6 => after true 0.0.0.0 IPv4
# differs: listening :: IPv6 => listening 0.0.0.0 IPv4
# because: ``listen(port)`` without a host means 0.0.0.0, not ``::``

from prelude import log, netuv, run

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    log("from", peer.local_address.replace("::ffff:", ""))
    peer.end()
    peer.resume()
    server.close()


def say(*what):
    log(*what, server.address().address, server.address().family)


def listening():
    say("listening")
    netuv.connect(server.address().port, "127.0.0.1").resume()


server.listen(0, listening)
say("after", server.listening)

run()
