# Listeners of a server: twice the same, once, prepended, removed during emit, and what emit() answers.
# rows: N13 S06

from prelude import log, netuv, run

server = netuv.create_server()


def twice(*args):
    log("twice")


server.on("x", twice).on("x", twice)
server.once("x", lambda *args: log("once", *args))
server.prepend_listener("x", lambda *args: log("prepended"))
server.prepend_once_listener("x", lambda *args: log("prepended once"))


def late(*args):
    log("late")


def change(*args):
    server.off("x", late)
    server.on("x", lambda *args: log("added"))


server.on("x", change)
server.on("x", late)
log("emit", server.emit("x", 1, "two"))
log("count", server.listener_count("x"), server.listener_count("x", twice))
log("emit", server.emit("x", 3))
log("nobody", server.emit("y"))
server.off("x", twice)
log("count", server.listener_count("x", twice))
log("unknown", server.remove_listener("x", print) is server, server.off("z", twice) is server)

run()
