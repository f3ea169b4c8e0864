# A heartbeat: each client is pinged, and dropped when it has given no sign of life for three rounds.
#
# Usage: python examples/node/heartbeat_server.py [port or path [ms]]      (8124 and 1000 by default)

from netuv.node import clearInterval, clearTimeout, net, process, run, setInterval, setTimeout

interval = float(process.argv[3] or 1000)
clients = 0


def on_connection(client):
    global clients
    clients += 1
    number = clients
    beats = 0

    pinging = setInterval(lambda: client.write(f"ping {beats}\n"), interval)

    # What is written counts as activity for client.setTimeout(), so the pings would hold it up.
    def on_patience_lost(text):
        print(text)
        client.destroy()

    patience = setTimeout(on_patience_lost, 3 * interval, f"client {number}: lost")

    client.setEncoding("utf8")

    @client.on("data")
    def on_data(text):
        nonlocal beats
        beats += text.count("\n")
        patience.refresh()

    client.on("error", lambda error: print(f"client {number}: {error.code}"))

    @client.on("close")
    def on_close():
        clearInterval(pinging)
        clearTimeout(patience)
        print(f"client {number}: closed after {beats} beats")


server = net.createServer({"noDelay": True, "keepAlive": True}, on_connection)


def on_listening():
    where = server.address()
    print("heartbeat on", getattr(where, "port", where))


server.listen(process.argv[2] or 8124, on_listening)
run()
