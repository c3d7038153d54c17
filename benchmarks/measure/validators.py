"""Ready-made validators as peers: the same 100 checks in pandera and in pointblank, as their manuals would have them.

They differ in what unknown means: pandera takes a null as a pass, so that its failure cases are our failing pairs;
pointblank as a failure, so that its failures are ours and our unknown pairs together. Neither has a third value.
Conditions are Polars expressions in both; ranges and presence are their own checks.
"""

from collections.abc import Callable, Mapping

import polars as pl

FRAME = Callable[[], pl.DataFrame]
_LOW, _HIGH = 30, 90_000


def pandera_pairs(load: FRAME, rules: Mapping[str, pl.Expr], reads: Mapping[str, tuple[str, ...]]) -> Callable[[], int]:
    """Return a job that validates lazily, so that every failure is collected; it gives the number of failure cases."""
    import pandera.polars as pa

    def rule(expression: pl.Expr) -> object:
        return pa.Check(lambda data: data.lazyframe.select(expression))

    ranges = {reads[name][0] for name in rules if name.startswith("range")}
    there = {reads[name][0] for name in rules if name.startswith("there")}
    items = sorted({item for names in reads.values() for item in names})
    schema = pa.DataFrameSchema(
        {
            item: pa.Column(
                float, pa.Check.in_range(_LOW, _HIGH) if item in ranges else None, nullable=item not in there
            )
            for item in items
        },
        checks=[rule(one) for name, one in rules.items() if not name.startswith(("range", "there"))],
    )

    def job() -> int:
        try:
            schema.validate(load(), lazy=True)
        except pa.errors.SchemaErrors as errors:
            return int(errors.failure_cases.height)
        return 0

    return job


def pointblank_plan(
    frame: pl.DataFrame, rules: Mapping[str, pl.Expr], reads: Mapping[str, tuple[str, ...]]
) -> "object":
    """Return a plan of the checks on ``frame`` that was not run yet."""
    import pointblank

    plan = pointblank.Validate(frame)
    for name, expression in rules.items():
        if name.startswith("range"):
            plan = plan.col_vals_between(reads[name][0], _LOW, _HIGH)
        elif name.startswith("there"):
            plan = plan.col_vals_not_null(reads[name][0])
        else:
            plan = plan.col_vals_expr(expression)
    return plan


def pointblank_counts(
    load: FRAME, rules: Mapping[str, pl.Expr], reads: Mapping[str, tuple[str, ...]]
) -> Callable[[], int]:
    """Return a job that counts passes and failures and keeps no rows."""

    def job() -> int:
        plan = pointblank_plan(load(), rules, reads)
        done = plan.interrogate(collect_extracts=False, collect_tbl_checked=False)
        return sum(done.n_failed().values())

    return job


def pointblank_extracts(
    load: FRAME, rules: Mapping[str, pl.Expr], reads: Mapping[str, tuple[str, ...]]
) -> Callable[[], int]:
    """Return a job that also extracts failing rows, at most 500 a check, which is its limit unless told otherwise."""

    def job() -> int:
        done = pointblank_plan(load(), rules, reads).interrogate()
        return sum(rows.height for rows in done.get_data_extracts().values() if rows is not None)

    return job
