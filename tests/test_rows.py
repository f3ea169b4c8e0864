"""Every row of the feature table has a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROWS = Path(__file__).with_name("rows.py")


def test_every_row_has_a_test() -> None:
    # In a process of its own, because pytest.main() cannot run inside itself.
    answer = subprocess.run(
        [sys.executable, str(ROWS)], cwd=ROWS.parent.parent, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
