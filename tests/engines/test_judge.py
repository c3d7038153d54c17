"""Counting the three values and listing failing pairs, whatever the size of the blocks."""

import polars as pl
import pytest

from xinqu.engines.local import evaluate, judge
from xinqu.expressions.parse import parse_all

CHECKS = parse_all(
    {
        "r1": "x_a <= x_b",
        "r2": "x_code IN ('p', 'q') OR x_flag",
        "r3": "sys_period <> 1",
        "r4": "x_a / x_b <= 1 AND prev(x_a) > 0",
    }
)


def _context() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "x_a": [1.0, 5.0, None, 0.0, 7.0],
            "x_b": [2.0, 4.0, 3.0, 0.0, 7.0],
            "x_code": ["p", "z", None, "z", "q"],
            "x_flag": [False, False, None, None, True],
            "prev(x_a)": [1.0, 1.0, 1.0, 1.0, -1.0],
            "sys_period": [1, 2, 2, 2, 1],
        }
    )


@pytest.mark.parametrize("block_rows", [1, 2, 3, 250_000])
def test_counts_and_pairs_do_not_depend_on_the_blocks(block_rows: int) -> None:
    outcome = judge(_context(), CHECKS, block_rows=block_rows)
    assert outcome.counts.rows() == [("r1", 3, 1, 1), ("r2", 2, 1, 2), ("r3", 3, 2, 0), ("r4", 1, 2, 2)]
    assert outcome.failing.sort("check", "record", "item").rows() == [
        (1, "r1", "x_a", 5.0, None), (1, "r1", "x_b", 4.0, None),
        (1, "r2", "x_code", None, "z"), (1, "r2", "x_flag", None, "false"),
        (0, "r3", None, None, None), (4, "r3", None, None, None),
        (1, "r4", "prev(x_a)", 1.0, None), (1, "r4", "x_a", 5.0, None), (1, "r4", "x_b", 4.0, None),
        (4, "r4", "prev(x_a)", -1.0, None), (4, "r4", "x_a", 7.0, None), (4, "r4", "x_b", 7.0, None),
    ]  # fmt: skip
    assert outcome.indeterminate.sort("check", "record").rows() == [
        (2, "r1"),
        (2, "r2"),
        (3, "r2"),
        (2, "r4"),
        (3, "r4"),
    ]


def test_an_empty_context_has_zero_counts() -> None:
    outcome = judge(_context().clear(), CHECKS)
    assert outcome.counts.rows() == [(check, 0, 0, 0) for check in CHECKS]
    assert outcome.failing.height == outcome.indeterminate.height == 0


def test_no_checks_give_nothing() -> None:
    outcome = judge(_context(), {})
    assert outcome.counts.height == 0
    assert evaluate(_context(), {}).width == 0
