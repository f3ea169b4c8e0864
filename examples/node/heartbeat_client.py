# A client of heartbeat_server that answers some pings, and then plays dead, or leaves.
#
# Usage: python examples/node/heartbeat_client.py [port or path [pings [leave]]]      (8124 and 3 by default)

from netuv.node import net, process, run

pings = int(process.argv[3] or 3)
leave = process.argv[4] == "leave"
answered = 0

socket = net.connect(process.argv[2] or 8124)

socket.once("connect", lambda: print("connected"))

socket.setTimeout(10000, lambda: socket.destroy(TimeoutError("no pings")))


@socket.on("readable")
def on_readable():
    global answered
    while (chunk := socket.read()) is not None:
        for line in chunk.decode().rstrip().split("\n"):
            if answered < pings:
                answered += 1
                print(line)
                socket.write(line.replace("ping", "pong") + "\n")
            elif leave:
                socket.end()


@socket.on("close")
def on_close(had_error):
    print("closed by an error" if had_error else "closed")


run()
