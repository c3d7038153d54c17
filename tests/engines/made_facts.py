"""Hand-made facts for the tests: canonical rows of returns by area and period."""

from collections.abc import Mapping

import polars as pl

from xinqu.engines.facts import rows_to_facts
from xinqu.policy.pack import Pack

Return = tuple[str, str, str, Mapping[str, object]]  # area, sub-unit, period, values (None: missing; "state": a state)
STATES = {"missing", "not_applicable", "suppressed", "not_due"}


def rows(returns: list[Return], *, scope: str = "unstated", scopes: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return the long frame of ``returns``; ``scopes`` gives the scope of single areas."""
    lines = [
        {
            "area": area, "sub_unit": sub_unit, "period": period, "submission": f"{area}{sub_unit}{period}", "event": number,
            "item": item, "value": None if value is None or value in STATES else str(value),
            "state": "missing" if value is None else str(value) if value in STATES else "reported",
            "half_digit": "0.5", "scope": (scopes or {}).get(area, scope), "origin": "reported",
        }
        for number, (area, sub_unit, period, values) in enumerate(returns)
        for item, value in values.items()
    ]  # fmt: skip
    return pl.DataFrame(lines, schema_overrides={"value": pl.String}, infer_schema_length=None)


def facts(pack: Pack, form: str, returns: list[Return], *, scope: str = "unstated") -> pl.DataFrame:
    """Return the facts frame of hand-made returns of one form."""
    return rows_to_facts(pack, form, rows(returns, scope=scope))
