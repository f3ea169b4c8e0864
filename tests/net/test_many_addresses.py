"""A name with very many addresses, none of which can be connected to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import netuv

MANY = 10_000


@pytest.mark.parametrize("how", ["blocked", "failing", "unusable"])
@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
def test_many_addresses(run: Any, must_call: Any, how: str, later: bool) -> None:
    first = {"blocked": 10, "failing": 224, "unusable": 999}[how]
    addresses = [{"address": f"{first}.0.{i >> 8}.{i & 255}", "family": 4} for i in range(MANY)]

    def lookup(host: str, options: Any, callback: Callable[..., Any]) -> None:
        if later:
            netuv.set_immediate(callback, None, addresses)
        else:
            callback(None, addresses)

    blocked = netuv.BlockList()
    blocked.add_subnet("10.0.0.0", 8, "ipv4")
    client = netuv.connect(port=1, host="some.example", lookup=lookup, block_list=blocked)

    def on_error(error: Any) -> None:
        if how == "unusable":
            assert error.code == "ERR_INVALID_IP_ADDRESS"
        else:
            assert len(error.errors) == MANY

    client.on("connectionAttemptFailed", must_call(None, MANY if later and how != "unusable" else 0))
    client.on("error", must_call(on_error))
    client.on("close", must_call(lambda had_error: had_error or pytest.fail("without an error")))
    run()
