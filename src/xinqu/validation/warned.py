"""Which warnings a submission was handed in with: one mark per check that is false, the same whenever it says the same."""

import polars as pl

from xinqu.vocabulary.canonical import canonical_json, sha256_hex
from xinqu.vocabulary.truth import Verdict

_LENGTH = 16  # characters of a fingerprint: it tells versions of one return apart, it guards nothing
_RECORD = '"record":'


def marks_of(findings: pl.DataFrame) -> dict[tuple[str, int], list[str]]:
    """Return the marks of the warnings by (submission, version), sorted.

    ``findings``: the findings frame with ``version``. A mark is ``check:fingerprint``; the fingerprint is that of the
    records, items and values that the check found, so that an explanation holds for a later version that says the same.
    """
    false = findings.filter((pl.col("level") == "warning") & (pl.col("verdict") == Verdict.FALSE))
    marks: dict[tuple[str, int], list[str]] = {}
    for (submission, version, check), rows in false.partition_by(
        "submission", "version", "check", as_dict=True, maintain_order=True
    ).items():
        said = sorted(
            [items, values, detail.partition(_RECORD)[2]]
            for items, values, detail in rows.select("items", "values", "detail").iter_rows()
        )
        marks.setdefault((submission, version), []).append(f"{check}:{sha256_hex(canonical_json(said))[:_LENGTH]}")
    return {place: sorted(found) for place, found in marks.items()}


def check_of(mark: str) -> str:
    """Return the check that a mark is about."""
    return mark.partition(":")[0]
