# BoundSocket: what is wrong with its options, and after close().
# rows: N22
# over: tcp

from prelude import attempt, log, netuv, temp_path


def make(name, options):
    attempt(log, name, lambda: netuv.BoundSocket(options).close())


make("nothing", {})
make("a number", 5)
make("port -1", {"port": -1})
make("port x", {"port": "x"})
make("port text", {"port": "0"})
make("a name", {"host": "localhost"})
make("a number for host", {"host": 5})
make("host empty", {"host": ""})
make("::1", {"host": "::1"})
make("ipv6Only", {"ipv6_only": True})
make("ipv6Only on IPv4", {"ipv6_only": True, "host": "127.0.0.1"})
make("ipv6Only text", {"ipv6_only": "x"})
make("reusePort", {"reuse_port": True})
make("reusePort number", {"reuse_port": 1})
make("path and port", {"path": temp_path(), "port": 1})
make("path and host", {"path": temp_path(), "host": "127.0.0.1"})
make("path number", {"path": 5})
for options in [{"host": "192.0.2.1"}, {"path": "/no/such/directory"}]:
    try:
        netuv.BoundSocket(options)
    except netuv.NetError as error:
        log(str(error), error.code, error.syscall, error.address, error.port)
path = temp_path()
first = netuv.BoundSocket({"path": path})
make("path in use", {"path": path})
log(first.is_pipe, first.address(), "number" if isinstance(first.fd(), int) else "?")
first.close()
log("closed", first.is_pipe)
attempt(log, "address", lambda: first.address())
attempt(log, "fd", lambda: first.fd())
attempt(log, "close", lambda: first.close())
attempt(log, "listen", lambda: netuv.create_server().listen(first))
attempt(log, "Socket", lambda: netuv.Socket({"handle": first}))
attempt(log, "connect", lambda: netuv.connect({"handle": first, "port": 1}))
make("path free again", {"path": path})
netuv.run()
