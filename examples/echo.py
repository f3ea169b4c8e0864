"""The echo server and the echo client of Node's first net document, in one program.

Usage: python examples/echo.py [port]      (8124 by default)
"""

import sys

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124


def on_connection(c):  # 'connection' listener
    print("server connected")

    @c.on("end")
    def on_end():
        print("server disconnected")
        server.close()  # so that the program ends

    c.write("hello\r\n")
    c.pipe(c)


server = netuv.create_server(on_connection)


def on_listening():  # 'listening' listener
    print("server bound")

    def on_connect():  # 'connect' listener
        print("client connected")
        client.write("world!\r\n")

    client = netuv.connect({"port": PORT}, on_connect)

    @client.on("data")
    def on_data(data):
        print(data.decode(), end="")
        if b"world!" in data:
            client.end()

    @client.on("end")
    def on_client_end():
        print("client disconnected")


server.listen(PORT, on_listening)
netuv.run()
