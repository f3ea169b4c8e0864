"""A chat server: the lines that one client sends go to all the others.

Usage: python examples/chat.py [port]      (8124 by default, 0 for a free one)

Talk to it with several `nc localhost 8124`; Ctrl-C ends it.
"""

import sys

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124
MOST_QUEUED = 1_000_000  # bytes for a client that does not read
clients = set()


def tell_all_but(speaker, line):
    for client in clients - {speaker}:
        if client.writable:
            client.write(line + "\n")
        if client.writable_length > MOST_QUEUED:
            client.destroy()


@netuv.create_server
def server(client):
    name = f"guest {client.remote_port}"
    client.set_encoding("utf8")
    clients.add(client)
    client.write(f"You are {name}.\n")
    tell_all_but(client, f"{name} is here.")

    @client.on("data")
    def on_data(text):
        for line in text.splitlines():
            tell_all_but(client, f"{name}: {line}")

    @client.on("close")
    def on_close(had_error):
        clients.remove(client)
        tell_all_but(client, f"{name} has gone.")

    client.on("error", lambda error: print(f"{name}: {error}"))


server.listen(PORT, lambda: print("chat on port", server.address().port))
netuv.run()
