# listen() on a BoundSocket while another server has come to listen there.
# rows: N22 S08

from prelude import hide, log, netuv, run

bound = netuv.BoundSocket({"host": "127.0.0.1"})
port = hide(bound.address().port, "PORT")


def listening():
    server = netuv.create_server()
    server.on("listening", lambda: log("listening"))

    @server.on("error")
    def error(error):
        log(error.code, error.syscall, "listening", server.listening)
        other.close()

    server.listen(bound)
    log("after", server.listening)


other = netuv.create_server().listen(port, "127.0.0.1", listening)

run()
