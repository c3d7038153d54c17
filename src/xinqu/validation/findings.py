"""The frames that a validation gives: findings one by one, and the counts of every verdict."""

from collections.abc import Iterable

import msgspec
import polars as pl

from xinqu.vocabulary.truth import Unknown, Verdict

REASONS = tuple(Unknown)
FINDINGS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "form": pl.String, "area": pl.String, "sub_unit": pl.String, "period": pl.String, "submission": pl.String,
    "check": pl.String, "level": pl.String, "verdict": pl.String, "items": pl.List(pl.String),
    "values": pl.List(pl.String), "reason": pl.String, "detail": pl.String,
}  # fmt: skip
COUNTS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "form": pl.String, "check": pl.String, "level": pl.String,
    **dict.fromkeys(("true", "false", "indeterminate", *(reason.value for reason in REASONS)), pl.UInt32),
}  # fmt: skip


class Findings(msgspec.Struct, frozen=True):
    """What the checks said.

    ``findings``: the frame of docs/architecture.md, one row per check that is false or indeterminate on a row of a
    form; ``values`` stand beside ``items`` as text (null where there is no value); ``detail`` is a JSON object with
    ``unknown`` (input -> state or reason) and ``context`` (context input -> value).
    ``counts``: form, check, level, ``true``, ``false``, ``indeterminate`` and one column per reason.
    """

    findings: pl.DataFrame
    counts: pl.DataFrame


def no_findings() -> Findings:
    """Return the empty result: nothing was checked."""
    return Findings(pl.DataFrame(schema=FINDINGS_SCHEMA), pl.DataFrame(schema=COUNTS_SCHEMA))


def joined(parts: Iterable[Findings]) -> Findings:
    """Return the findings of several forms or blocks as one; counts of the same check and level are added."""
    found = [no_findings(), *parts]
    counts = pl.concat([part.counts for part in found])
    sums = [name for name, kind in COUNTS_SCHEMA.items() if kind == pl.UInt32]
    return Findings(
        pl.concat([part.findings for part in found]),
        counts.group_by("form", "check", "level", maintain_order=True)
        .agg(pl.col(sums).sum())
        .cast(COUNTS_SCHEMA)  # type: ignore[arg-type]  # a schema of types is a mapping of columns
        .select(list(COUNTS_SCHEMA)),
    )


def blocking(findings: pl.DataFrame) -> pl.DataFrame:
    """Return the findings that refuse a submission: errors that are false."""
    return findings.filter((pl.col("level") == "error") & (pl.col("verdict") == Verdict.FALSE))


def totals(counts: pl.DataFrame) -> dict[str, int]:
    """Return how many verdicts there are: true, false by level (``error``, ``warning``, ``info``), indeterminate."""
    false = {
        level: int(counts.filter(pl.col("level") == level)["false"].sum()) for level in ("error", "warning", "info")
    }
    return {"true": int(counts["true"].sum()), **false, "indeterminate": int(counts["indeterminate"].sum())}
