"""Transfers under random plans of failing system calls: ``python -m tests.faults --long``.

Without ``--long`` it is the short run of the suite (test_system_calls.py), each plan once. With it random
plans of up to five rules follow each other until ``--minutes`` are over (10 unless told). What is wrong is
printed with the plan, which a program repeats when it is given: ``--plan PLAN``. The exit status is 1 then.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from system_calls import Crash, Program, compile_shim, judge, random_plan, single_plans


def attempt(program: Program, transport: str, plan: str, size: int) -> bool:
    try:
        wrong = judge(plan, program.ask(transport, plan, size))
    except Crash as crash:
        wrong = [str(crash)]
    for line in wrong:
        print(f"WRONG  {transport}  --plan '{plan}' --size {size}\n    {line}", flush=True)
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--long", action="store_true", help="random plans, for --minutes")
    parser.add_argument("--minutes", type=float, default=10, metavar="N", help="how long; 10 unless told")
    parser.add_argument("--seed", type=int, help="of the random plans; the time unless told")
    parser.add_argument("--plan", help="this plan and no other")
    parser.add_argument("--size", type=int, default=300_000, help="bytes that each client sends")
    options = parser.parse_args()
    seed = int(time.time()) if options.seed is None else options.seed
    source = random.Random(seed)
    done = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Program(compile_shim(Path(folder)))
        try:
            if options.plan is not None or not options.long:
                plans = single_plans() if options.plan is None else [options.plan]
                for plan in plans:
                    for transport in ("tcp", "unix"):
                        wrong += not attempt(program, transport, plan, options.size)
                        done += 1
            else:
                print(f"seed {seed}", flush=True)
                until = time.monotonic() + options.minutes * 60
                while time.monotonic() < until:
                    size = source.choice((1, 1000, 60_000, 300_000, 1_000_000))
                    plan = random_plan(source)
                    if ("=short1," in f"{plan}," or "=short7" in plan) and "%" in plan:
                        size = min(size, 60_000)  # or it takes too many steps
                    wrong += not attempt(program, source.choice(("tcp", "unix")), plan, size)
                    done += 1
        finally:
            program.stop()
    print(f"{done} plans, {wrong} of them went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
