# BlockList of Node 26: several at once, CIDR, removing, and what fails as a whole.
# rows: N21

import json

from prelude import attempt, log, netuv, place, run, watch, where

blocked = netuv.BlockList()


def say(title):
    log(title, blocked.size, blocked.rules)


blocked.add_address("1.1.1.1")
blocked.add_cidr("10.0.0.0/8")
blocked.add_range("2.2.2.1", "2.2.2.9")
blocked.add_cidrs(["fe80::/10", "10.5.5.5/24"])
blocked.add_addresses(["1.1.1.1"])
say("added")
blocked.remove_address("1.1.1.2")
blocked.remove_subnet("10.0.0.0", 9)
blocked.remove_cidr("10.5.5.0/24")
blocked.remove_range("2.2.2.1", "2.2.2.8")
say("nothing removed")
blocked.remove_address("::ffff:1.1.1.1", "ipv6")
blocked.remove_subnet("10.0.0.0", 8)
blocked.remove_range("2.2.2.1", "2.2.2.9")
say("removed")
for _ in range(2):
    blocked.add_subnet("10.5.5.5", 24)
blocked.remove_cidr("10.5.5.5/24")
say("one of three")
other = netuv.BlockList()
other.from_json(json.dumps(blocked.to_json()))
log("read back", other.rules)
blocked.clear()
say("cleared")
blocked.add_cidrs(netuv.BlockList.PRIVATE_RANGES)
say("private")
blocked.clear()
for cidr in [
    "1.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/08", "1.2.3.4/ 8", "x/8", "/8", "::1/129",
    "1.2.3.4/8/9", 5,
]:  # fmt: skip
    attempt(log, cidr, lambda cidr=cidr: blocked.add_cidr(cidr))
attempt(log, "addresses", lambda: blocked.add_addresses(["1.1.1.1", "x"]))
attempt(log, "address types", lambda: blocked.add_addresses(["1.1.1.1", 5]))
attempt(log, "no list", lambda: blocked.add_addresses("1.1.1.1"))
attempt(log, "cidrs", lambda: blocked.add_cidrs(["1.1.1.1/8", "x"]))
attempt(log, "no list of cidrs", lambda: blocked.add_cidrs("1.1.1.1/8"))
attempt(log, "from JSON", lambda: blocked.from_json(["Address: IPv4 999.1.1.1"]))
attempt(log, "from JSON types", lambda: blocked.from_json([5]))
say("still empty")

blocked.add_cidrs(netuv.BlockList.PRIVATE_RANGES)
server = netuv.create_server()


def second():
    blocked.remove_cidr("127.0.0.0/8")
    client = netuv.connect(where(server, block_list=blocked))
    watch(log, client, "connect error")

    @client.on("connect")
    def connect():
        client.destroy()
        server.close()


def listening():
    client = netuv.connect(where(server, block_list=blocked))
    watch(log, client, "connect error")
    client.on("close", lambda had_error: second())


server.listen(place(), listening)

run()
