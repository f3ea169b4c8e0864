# BlockList: addresses, ranges, subnets of both families, and its rules.
# rows: N02

from prelude import log, netuv, run

blocked = netuv.BlockList()
blocked.add_address("1.2.3.4")
blocked.add_address("::5", "ipv6")
blocked.add_range("10.0.0.1", "10.0.0.10")
blocked.add_subnet("192.168.0.0", 16)
blocked.add_subnet("2001:db8::", 32, "ipv6")
for address in [
    "1.2.3.4", "1.2.3.5", "10.0.0.0", "10.0.0.1", "10.0.0.10", "10.0.0.11", "192.168.255.1",
    "192.169.0.1",
]:  # fmt: skip
    log("check", address, blocked.check(address))
for address in [
    "::5", "::6", "2001:db8::1", "2001:db9::1", "::ffff:1.2.3.4", "::ffff:1.2.3.5",
]:  # fmt: skip
    log("check", address, blocked.check(address, "ipv6"))
for rule in blocked.rules:
    log("rule", rule)

run()
