# A chat server: the lines that one client sends go to all the others.
#
# Usage: python examples/node/chat.py [port or path]      (8124 by default, 0 for a free port)

from netuv.node import net, process, run

clients = set()


def tell_all_but(speaker, line):
    for client in list(clients):
        if client is not speaker and client.writable:
            client.write(line + "\n")


@net.createServer
def server(client):
    name = None
    rest = ""

    client.setEncoding("utf8")
    client.write("your name?\n")

    @client.on("data")
    def on_data(text):
        nonlocal name, rest
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            if name is None:
                name = line
                clients.add(client)
                client.write(f"hello {name}, {len(clients)} here\n")
                tell_all_but(client, f"{name} came")
            else:
                tell_all_but(client, f"{name}: {line}")

    client.on("error", lambda error: print(name, error.code))

    @client.on("close")
    def on_close():
        if client in clients:
            clients.remove(client)
            tell_all_but(client, f"{name} left")


def on_listening():
    where = server.address()
    print("chat on", getattr(where, "port", where))


server.listen(process.argv[2] or 8124, on_listening)
run()
