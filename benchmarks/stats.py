"""Medians, spreads and ratios of a few rounds."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict


class Summary(TypedDict):
    """A figure over the rounds."""

    median: float
    low: float
    high: float


def summarise(values: Iterable[float]) -> Summary:
    """The median with the lowest and the highest value."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return {"median": statistics.median(ordered), "low": ordered[0], "high": ordered[-1]}


def spread(summary: Summary) -> float:
    """Half the range, as a part of the median: 0.02 is "plus or minus 2 %"."""
    if not summary["median"]:
        return 0.0
    return (summary["high"] - summary["low"]) / 2 / abs(summary["median"])


def ratios(values: Mapping[int, float], base: Mapping[int, float]) -> list[float]:
    """The ratio in each round that both have: what slows a whole round down cancels out."""
    return [values[r] / base[r] for r in sorted(values) if base.get(r)]


def by_round(rounds: Sequence[Mapping[str, float]], figure: str) -> dict[int, float]:
    return {int(r["round"]): r[figure] for r in rounds if r.get(figure) is not None}


def verdict(ratio: Summary, limit: float, rounds: int) -> str:
    """Whether a ratio is at most `limit`, when it was measured in so many rounds."""
    if rounds < 2:
        return "–"
    if ratio["high"] <= limit:
        return "met"
    return "MISSED" if ratio["low"] > limit else "within the spread"


def overlap(one: Summary, other: Summary) -> bool:
    return one["low"] <= other["high"] and other["low"] <= one["high"]
