"""How often each check fires on returns that were handed in: hits by check, by area and period, and among accepted values."""

from collections.abc import Iterable

import msgspec
import polars as pl

from xinqu.validation.findings import FINDINGS_SCHEMA, Findings
from xinqu.vocabulary.truth import Verdict

_COUNTED = ("judged", "hits", "hits_accepted", "judged_accepted", "indeterminate")
_NUMBER = pl.UInt32


class History(msgspec.Struct, frozen=True):
    """What checks said of all returns ever handed in.

    ``rates``: check, and ``judged`` (true or false), ``hits`` (false), ``judged_accepted``, ``hits_accepted`` (of
    returns that stand accepted: values which the check would have refused were it an error), ``indeterminate``.
    ``hits``: the false findings with ``is_accepted``.
    """

    rates: pl.DataFrame
    hits: pl.DataFrame


def history(parts: Iterable[tuple[Findings, bool]]) -> History:
    """Return the history made of findings; each part says whether its returns stand accepted."""
    rates = [pl.DataFrame(schema={"check": pl.String, **dict.fromkeys(_COUNTED, _NUMBER)})]
    hits = [pl.DataFrame(schema={**FINDINGS_SCHEMA, "is_accepted": pl.Boolean})]
    for found, is_accepted in parts:
        judged = pl.col("true") + pl.col("false")
        none = pl.lit(0, _NUMBER)
        rates.append(
            found.counts.select(
                "check",
                judged.alias("judged"),
                pl.col("false").alias("hits"),
                (pl.col("false") if is_accepted else none).alias("hits_accepted"),
                (judged if is_accepted else none).alias("judged_accepted"),
                "indeterminate",
            )
        )
        false = found.findings.filter(pl.col("verdict") == Verdict.FALSE)
        hits.append(false.with_columns(is_accepted=pl.lit(is_accepted)))
    summed = pl.concat(rates).group_by("check", maintain_order=True).agg(pl.col(_COUNTED).sum().cast(_NUMBER))
    return History(summed, pl.concat(hits))


def with_rates(checks: pl.DataFrame, said: History) -> pl.DataFrame:
    """Return a table of checks with judged, hits, hits_accepted and ``hit_pct`` (of judged); 0 where never judged."""
    joined = checks.join(said.rates, on="check", how="left", maintain_order="left")
    filled = joined.with_columns(pl.col(_COUNTED).fill_null(0))
    share = pl.when(pl.col("judged") > 0).then((100 * pl.col("hits") / pl.col("judged")).round(2))
    return filled.with_columns(hit_pct=share).drop("judged_accepted")


def by_place(said: History, check: str) -> pl.DataFrame:
    """Return the hits of a check: area, period, hits, accepted (those on returns that stand accepted)."""
    mine = said.hits.filter(pl.col("check") == check)
    return (
        mine.group_by("area", "period")
        .agg(pl.len().alias("hits"), pl.col("is_accepted").sum().alias("accepted"))
        .sort("area", "period")
    )
