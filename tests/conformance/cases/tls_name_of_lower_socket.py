# Without servername and host it is the name that the socket below was connected to.
# rows: T09 T24

from prelude import lane, netuv, run, watch, where
from prelude_tls import ca, own, serve, tls


def lookup(name, options, callback):
    callback(None, "127.0.0.1", 4)


def one(them):
    if not them:
        server.close()
        return
    raw = netuv.connect(port=where(server)["port"], host=them[0], lookup=lookup, family=4)
    client = watch(lane("client"), tls.connect({"socket": raw, "ca": ca}), "secureConnect close")
    client.on("error", lambda error: lane("client")(error.code, error.host))
    client.on("close", lambda had_error: one(them[1:]))
    client.resume()


server = serve(
    own("elsewhere"), lambda peer, say: peer.end(), lambda server: one(["other.example", "more.example"])
)
server.remove_all_listeners("tlsClientError")

run()
