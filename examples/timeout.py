"""An idle timeout: the server says goodbye to a client that has nothing to say.

Usage: python examples/timeout.py [port] [timeout]      (8124, 0 for a free one; 1000 ms by default)
"""

import sys
import time

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124
TIMEOUT = float(sys.argv[2]) if len(sys.argv) > 2 else 1000


@netuv.create_server
def server(c):
    server.close()  # one client is enough here
    accepted = time.perf_counter()

    def on_timeout():  # a notice only: the socket stays open
        print(f"idle for {(time.perf_counter() - accepted) * 1000:.0f} ms")
        c.end("goodbye\r\n")

    c.set_timeout(TIMEOUT, on_timeout)
    c.on("close", lambda had_error: print("server closed, had_error:", had_error))
    c.resume()  # nobody reads here, but the client's end has to be seen


def on_listening():
    port = server.address().port
    print("listening on port", port)
    client = netuv.connect(port, lambda: print("connected, and silent"))
    client.on("data", lambda data: print("client received", data))


server.listen(PORT, on_listening)
netuv.run()
