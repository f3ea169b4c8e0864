# 'newListener' before a listener is added, 'removeListener' after it is removed.
# rows: N13
# differs: removed x false 1 => removed x true 1
# because: ``'removeListener'`` carries the function that was added

from prelude import log, netuv, run

server = netuv.create_server()


def one():
    log("one")


@server.on("newListener")
def new(name, listener):
    log("new", name, listener is one, server.listener_count(name))


@server.on("removeListener")
def removed(name, listener):
    log("removed", name, listener is one, server.listener_count(name))


server.on("x", one)
server.once("x", one)
server.emit("x")
server.off("x", one)
server.once("y", lambda: log("y"))
server.off("z", one)
server.on("x", one)
server.remove_all_listeners("x")

run()
