# eventNames(), listeners(), rawListeners() of a socket.
# rows: N13

from prelude import log, netuv, run

socket = netuv.Socket()
log("names", [name for name in socket.event_names() if name != "end"])


def listener():
    pass


socket.on("one", listener)
socket.once("two", listener)
socket.on("one", listener)
log("names", [name for name in socket.event_names() if name != "end"])
log("listeners", socket.listeners("two")[0] is listener, len(socket.listeners("one")))
raw = socket.raw_listeners("two")
log("raw", raw[0] is listener, raw[0].listener is listener)
log("none", socket.listeners("three"), socket.raw_listeners("three"))
socket.remove_all_listeners("one")
log("names", [name for name in socket.event_names() if name != "end"])
socket.remove_all_listeners()
log("names", socket.event_names())
most = socket.get_max_listeners()
log("most", most, socket.set_max_listeners(20) is socket, socket.get_max_listeners())

run()
