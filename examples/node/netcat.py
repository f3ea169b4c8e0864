# netcat: what is typed goes to a socket, and what comes from it is shown.
#
# Usage: python examples/node/netcat.py [-l] PORT|PATH      (-l listens for one peer; port 0 for a free one)

from netuv.node import net, process, run

listening = process.argv[2] == "-l"
where = process.argv[3 if listening else 2]


def talk(socket):
    process.stdin.pipe(socket)
    socket.pipe(process.stdout)

    @socket.on("error")
    def on_error(error):
        process.stderr.write(f"{error}\n")
        process.exitCode = 1

    socket.on("close", lambda: process.stdin.destroy())


if listening:

    @net.createServer
    def server(socket):
        server.close()
        talk(socket)

    def on_listening():
        address = server.address()
        process.stderr.write(f"listening on {getattr(address, 'port', address)}\n")

    server.listen(where, on_listening)
else:
    talk(net.connect(where))

run()
