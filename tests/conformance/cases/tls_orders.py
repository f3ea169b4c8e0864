# The order of all events at both ends; the server answers, the client ends.
# rows: T02 T03
# over: tcp unix

from prelude import called, lane, run
from prelude_tls import CLIENT, connect, serve_one


def answer(peer, say):
    peer.once("data", lambda data: peer.write("answer", called(say, "written")))


def listening(server):
    client = connect(server, {}, CLIENT + " ready lookup")
    client.once("data", lambda data: client.end("bye", called(lane("client"), "ended")))
    client.write("question", called(lane("client"), "written"))


serve_one({}, answer, listening)

run()
