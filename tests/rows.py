"""Which rows of the feature table (rows.txt) no test is about: ``python -m tests.rows``.

A test says what it is about with ``@pytest.mark.row("S07", ...)``. The exit status is 1 when a row
has no test, or a test names a row that does not exist.
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def read_rows() -> dict[str, str]:
    """The ids of the table with their titles."""
    lines = (TESTS / "rows.txt").read_text("utf-8").splitlines()
    return dict(line.split(maxsplit=1) for line in lines)


class Collector:
    """A pytest plugin that notes the rows which the markers of the tests name."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            self.found.update(row for mark in item.iter_markers("row") for row in mark.args)


def main() -> int:
    rows = read_rows()
    collector = Collector()
    arguments = ["--collect-only", "-q", "-p", "no:cacheprovider", f"--rootdir={TESTS.parent}"]
    with contextlib.redirect_stdout(io.StringIO()) as output:
        status = pytest.main([*arguments, str(TESTS)], plugins=[collector])
    if status != pytest.ExitCode.OK:
        print(output.getvalue())
        return int(status)
    missing = [row for row in rows if row not in collector.found]
    for row in missing:
        print(f"no test: {row}  {rows[row]}")
    unknown = sorted(collector.found - set(rows))
    for row in unknown:
        print(f"no such row: {row}")
    print(f"{len(rows) - len(missing)} of {len(rows)} rows have tests")
    return 1 if missing or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
