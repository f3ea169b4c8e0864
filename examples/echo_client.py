"""The client of the echo server, line by line.

Usage: python examples/echo_client.py [port]      (8124 by default)
"""

import sys

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124


def on_connect():  # 'connect' listener
    print("client connected")
    client.write("world!\r\n")


client = netuv.connect({"port": PORT}, on_connect)


@client.on("data")
def on_data(data):
    print(data.decode())
    client.end()


@client.on("end")
def on_end():
    print("client disconnected")


netuv.run()
