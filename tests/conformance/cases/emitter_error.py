# emit('error') without a listener raises the error; what is no error is wrapped.
# rows: N13

from prelude import attempt, called, log, netuv, run

socket = netuv.Socket()
server = netuv.create_server()
attempt(log, "error", lambda: socket.emit("error", Exception("boom")))
attempt(log, "text", lambda: socket.emit("error", "text"))
attempt(log, "nothing", lambda: server.emit("error"))
server.on("error", called(log, "heard"))
log("emit", server.emit("error", Exception("boom")))
attempt(log, "no function", lambda: socket.on("x", "text"))
attempt(log, "number", lambda: socket.once("x", 5))

run()
