"""Says which cells would tell too much about one contributor, why, and how wide the doubt about them must be.

Source: A. Hundepool et al., Handbook on Statistical Disclosure Control, second edition 2024, chapter 4: minimum frequency,
(n, k) dominance and p % rules and the protection levels that follow from each.
"""

from collections.abc import Mapping

import msgspec
import polars as pl


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell must satisfy to be published.

    min_contributors: fewer are too few. p_pct: nobody may come nearer than this to another's value, the second largest
    knowing his own. dominance_n, dominance_k_pct: the n largest may not hold more than k % of the cell. least_margin: the
    doubt that is left about a cell of zeros, in the unit of the measure.
    """

    min_contributors: int
    p_pct: float
    dominance_n: int
    dominance_k_pct: float
    least_margin: float = 1.0


REASONS = ("few_contributors", "p_percent", "dominance")


def judge(cells: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Return ``cells`` with ``reasons`` (list of ``REASONS``; empty when the cell may be published) and ``margin``.

    ``margin``: an outsider must be left with at least the value - margin and the value + margin as possible (Handbook,
    table of upper protection levels): what the p % and dominance rules lack; p % of the largest contribution where there
    are too few contributors.
    """
    share, limit = rules.p_pct / 100, rules.dominance_k_pct / 100
    few = pl.col("contributors") < rules.min_contributors
    lacking_p = share * pl.col("largest") - (pl.col("magnitude") - pl.col("largest") - pl.col("second"))
    lacking_k = pl.col("top") / limit - pl.col("magnitude")
    slack = 1e-9 * pl.max_horizontal(pl.lit(1.0), pl.col("magnitude"))  # doubles: exactly p % is not less than p %
    broken = {REASONS[0]: few, REASONS[1]: lacking_p > slack, REASONS[2]: lacking_k > slack}
    needed = [
        pl.when(few).then(pl.max_horizontal(share * pl.col("largest"), pl.lit(rules.least_margin))).otherwise(0.0),
        pl.when(broken["p_percent"]).then(lacking_p).otherwise(0.0),
        pl.when(broken["dominance"]).then(lacking_k).otherwise(0.0),
    ]
    said = [pl.when(rule).then(pl.lit(name)) for name, rule in broken.items()]
    return cells.with_columns(
        pl.concat_list(said).list.drop_nulls().alias("reasons"), pl.max_horizontal(needed).alias("margin")
    )


def margin_before(cell: Mapping[str, object], own: float, rules: Rules) -> float:
    """Return the margin of a cell of ``judge`` in the eyes of a contributor whose part ``own`` he knows.

    What is left for the others is protected as the p % rule protects it from the second largest: p % of the largest of
    them, less what the rest covers; all of it where there are too few contributors.
    """
    largest, second, magnitude = (float(str(cell[name])) for name in ("largest", "second", "magnitude"))
    other = second if abs(own) >= largest else largest
    rest = max(magnitude - abs(own) - other, 0.0)
    few = int(str(cell["contributors"])) < rules.min_contributors
    return max(rules.p_pct / 100 * other - (0.0 if few else rest), 0.0)
