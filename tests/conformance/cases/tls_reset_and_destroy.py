# resetAndDestroy() of an accepted socket.
# rows: T21
# differs: client: end | client: finish | client: close false => client: error ECONNRESET | client: close true
# differs: peer: resetAndDestroy throws ERR_INVALID_HANDLE_TYPE => peer: resetAndDestroy passes
# because: ``reset_and_destroy()`` works

from prelude import attempt, netuv, run
from prelude_tls import connect, serve_one


def serving(peer, say):
    def reset():
        attempt(say, "resetAndDestroy", peer.reset_and_destroy)
        if not peer.destroyed:
            peer.destroy()

    netuv.set_timeout(reset, 20)


def listening(server):
    connect(server, {}, "connect secureConnect end finish error close").resume()


server = serve_one({}, serving, listening)

run()
