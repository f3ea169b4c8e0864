# What a BlockList refuses.
# rows: N02 N14

from prelude import attempt, log, netuv, run

blocked = netuv.BlockList()
attempt(log, "address", lambda: blocked.add_address("nonsense"))
attempt(log, "address number", lambda: blocked.add_address(5))
attempt(log, "family", lambda: blocked.add_address("1.2.3.4", "ipv5"))
attempt(log, "wrong family", lambda: blocked.add_address("1.2.3.4", "ipv6"))
attempt(log, "range", lambda: blocked.add_range("1.2.3.4", "1.2.3.3"))
attempt(log, "range one", lambda: blocked.add_range("1.2.3.4", "1.2.3.4"))
attempt(log, "prefix 33", lambda: blocked.add_subnet("1.2.3.0", 33))
attempt(log, "prefix 0", lambda: blocked.add_subnet("1.2.3.0", 0))
attempt(log, "prefix text", lambda: blocked.add_subnet("1.2.3.0", "8"))
attempt(log, "prefix 129", lambda: blocked.add_subnet("::", 129, "ipv6"))
attempt(log, "check number", lambda: blocked.check(5))
attempt(log, "check family", lambda: blocked.check("1.2.3.4", "x"))
log("check nonsense", blocked.check("nonsense"))
log("upper case", blocked.check("9.9.9.9", "IPv4"))

run()
