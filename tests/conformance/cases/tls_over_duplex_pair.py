# Both ends over a pair of Duplexes in memory, the server's by 'connection'.
# rows: T24 T25

from prelude import lane, netuv, run, watch
from prelude_tls import ca, own, tls

near, far = netuv.stream.duplex_pair()


def serving(peer):
    watch(lane("peer"), peer, "data end finish error close")
    peer.on("data", lambda data: peer.end("answer"))


server = tls.create_server(own("server"), serving)
server.emit("connection", far)
client = tls.connect({"socket": near, "ca": ca, "servername": "localhost"})
watch(lane("client"), client, "connect secureConnect data end finish error close")
client.write("question")

run()
