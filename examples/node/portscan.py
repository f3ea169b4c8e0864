# A port scanner: which of these ports take a connection?
#
# Usage: python examples/node/portscan.py HOST PORT|FIRST-LAST ...

from netuv.node import net, process, run

AT_ONCE = 50
PATIENCE = 1000  # ms

host, *ranges = process.argv[2:]
ports = []
found = []
running = 0

for each in ranges:
    first, *last = map(int, each.split("-"))
    ports.extend(range(first, (last or [first])[0] + 1))


def probe(port):
    global running
    socket = net.connect({"port": port, "host": host})
    running += 1
    socket.setTimeout(PATIENCE)

    @socket.on("connect")
    def on_connect():
        found.append(port)
        socket.destroy()

    socket.on("timeout", lambda: socket.destroy())
    socket.on("error", lambda error: None)  # as good as an answer

    @socket.on("close")
    def on_close():
        global running
        running -= 1
        probe_next()


def probe_next():
    while ports and running < AT_ONCE:
        probe(ports.pop(0))
    if running == 0:
        for port in sorted(found):
            print(f"{port} open")
        print(f"{len(found)} open")


probe_next()
run()
