"""The echo server and its client of Node's net document, in one program.

Usage: python examples/echo.py [port]      (8124 by default, 0 for a free one)
"""

import sys

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124


def on_connection(c):  # 'connection' listener
    print("server connected")
    c.on("end", lambda: print("server disconnected"))
    c.write("hello\r\n")
    c.pipe(c)
    server.close()  # one client is enough here; the program ends when it has gone


def on_listening():  # 'listening' listener
    port = server.address().port
    print("server bound to port", port)

    def on_connect():  # 'connect' listener
        print("client connected")
        client.write("world!\r\n")

    client = netuv.connect({"port": port}, on_connect)

    @client.on("data")
    def on_data(data):
        print(data.decode())
        client.end()

    client.on("end", lambda: print("client disconnected"))


server = netuv.create_server(on_connection)
server.listen(PORT, on_listening)
netuv.run()
