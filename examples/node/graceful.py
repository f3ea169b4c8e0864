# A server that ends well: on SIGTERM or SIGINT it takes no more clients, and gives those it has some time.
#
# Usage: python examples/node/graceful.py [port or path [ms]]      (8124 and 5000 by default)

from netuv.node import net, process, run, setTimeout

grace = float(process.argv[3] or 5000)
clients = set()
served = 0


def on_connection(client):
    clients.add(client)
    client.on("close", lambda: clients.discard(client))
    client.on("error", lambda error: print(error.message))

    @client.on("data")
    def on_data(data):
        global served
        served += len(data)
        client.write(data)

    client.on("end", lambda: client.end("goodbye\n"))


server = net.createServer({"allowHalfOpen": True}, on_connection)
server.maxConnections = 100
server.on("drop", lambda info: print("too many:", info.remoteAddress))


def stop(signal):
    print(f"{signal}, {len(clients)} open")
    server.close(lambda error: print(error.message if error else "server closed"))
    for client in clients:
        client.write("going down\n")

    def on_grace_over():
        for client in list(clients):
            client.destroy()
        process.exitCode = 2

    setTimeout(on_grace_over, grace).unref()


process.once("SIGTERM", stop)
process.once("SIGINT", stop)
process.on("exit", lambda code: print(f"exit {code} after {served} bytes"))


def on_listening():
    where = server.address()
    print("echo on", getattr(where, "port", where))


server.listen(process.argv[2] or 8124, on_listening)
run()
