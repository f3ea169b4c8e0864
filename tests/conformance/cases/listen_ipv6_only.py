# ipv6Only leaves the port free for an IPv4 server.
# rows: N05

from prelude import log, netuv, run


# Others may hold the IPv4 port of that number, so there are several tries.
def both(ipv6_only, tries, done):
    six = netuv.create_server()
    four = netuv.create_server()

    def finish(result):
        six.close()
        if result != "both" and tries > 1:
            return both(ipv6_only, tries - 1, done)
        log("only", ipv6_only, result)
        return done()

    four.on("error", lambda error: finish(error.code))

    def four_listening():
        four.close()
        finish("both")

    def six_listening():
        four.listen(six.address().port, "0.0.0.0", four_listening)

    six.listen({"port": 0, "host": "::", "ipv6_only": ipv6_only}, six_listening)


both(True, 20, lambda: both(False, 1, lambda: log("done")))

run()
