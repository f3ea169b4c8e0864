# SocketAddress: its fields, its defaults, and what it refuses.
# rows: N02

from prelude import attempt, log, netuv, run


def say(address):
    log(address.address, address.port, address.family, address.flowlabel)


say(netuv.SocketAddress())
say(netuv.SocketAddress(address="1.2.3.4", port=80))
say(netuv.SocketAddress(family="ipv6"))
say(netuv.SocketAddress({"address": "::1", "family": "ipv6", "port": 65535, "flowlabel": 7}))
attempt(log, "address", lambda: netuv.SocketAddress(address="nonsense"))
attempt(log, "wrong family", lambda: netuv.SocketAddress(address="::1"))
attempt(log, "family", lambda: netuv.SocketAddress(family="ipv5"))
attempt(log, "port", lambda: netuv.SocketAddress(port=65536))
attempt(log, "port text", lambda: netuv.SocketAddress(port="x"))
attempt(log, "flowlabel", lambda: netuv.SocketAddress(flowlabel=-1))
blocked = netuv.BlockList()
blocked.add_address(netuv.SocketAddress(address="1.2.3.4"))
log("check", blocked.check(netuv.SocketAddress(address="1.2.3.4")))
log("check", blocked.check(netuv.SocketAddress(address="1.2.3.5")))

run()
