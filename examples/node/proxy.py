# A TCP proxy: what comes to one port is passed on to another one, and back.
#
# Usage: python examples/node/proxy.py [port [target port]]      (8124 and 80 by default, 0 for a free port)

from netuv.node import net, process, run

port, target = process.argv[2] or 8124, process.argv[3] or 80


def on_connection(client):
    upstream = net.connect({"port": target, "host": "127.0.0.1", "allowHalfOpen": True, "noDelay": True})

    client.pipe(upstream)
    upstream.pipe(client)

    @upstream.on("error")
    def on_upstream_error(error):
        print(error)
        client.destroy()

    @client.on("error")
    def on_client_error(error):
        print(error)
        upstream.destroy()

    @client.on("close")
    def on_close():
        print(f"{client.bytesRead} bytes there, {client.bytesWritten} bytes back")


server = net.createServer({"allowHalfOpen": True}, on_connection)

server.listen(port, lambda: print("proxy on", server.address().port))
run()
