# A static file server: enough of HTTP/1.0 for a browser, on bare TCP.
#
# Usage: python examples/node/static.py [port [folder]]      (8124 and . by default, 0 for a free port)

import os.path
from pathlib import Path

from netuv.node import net, process, run

port = process.argv[2] or 8124
root = os.path.abspath(process.argv[3] or ".")
LONGEST_HEAD = 8192


def answer(socket, status, body):
    socket.write(f"HTTP/1.0 {status}\r\nContent-Length: {len(body)}\r\n\r\n")
    socket.end(body)


def serve(socket, method, target, *rest):
    if method != "GET":
        answer(socket, "405 Method Not Allowed", method + "\n")
        return
    file = os.path.normpath(root + "/" + target)
    if not file.startswith(root + os.path.sep) or not os.path.isfile(file):
        answer(socket, "404 Not Found", target + "\n")
        return
    answer(socket, "200 OK", Path(file).read_bytes())


@net.createServer
def server(socket):
    head = ""
    socket.setEncoding("latin1")
    socket.setTimeout(5000, lambda: socket.destroy())
    socket.on("error", lambda error: print(error.message))

    @socket.on("data")
    def on_data(text):
        nonlocal head
        head += text
        if "\r\n\r\n" in head:
            socket.removeAllListeners("data")
            print(head.split("\r\n")[0])
            serve(socket, *head.split(" "))
        elif len(head) > LONGEST_HEAD:
            socket.destroy()


server.listen(port, lambda: print("files on", server.address().port))
run()
