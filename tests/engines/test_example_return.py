"""The example return of the domain reference: no check is false on it and every indicator comes out as printed.

Oracle: ``example_return.csv`` and ``example_indicators.csv`` (values by DuckDB from the formulas, prev = ly = latest =
sub_sum = the value itself). Here the same values are filed for each earlier period, sub-unit and area, so the calls go
through real joins.
"""

import csv
from pathlib import Path

import polars as pl
import pytest
from made_facts import Return, rows

from example_facts import made_records
from xinqu.engines.context import build_context
from xinqu.engines.facts import rows_to_facts
from xinqu.engines.local import evaluate, judge
from xinqu.engines.reasons import unknown_reasons
from xinqu.expressions.parse import parse
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Frequency, Period

DATA = Path(__file__).parent.parent / "data"
NOW = {
    Frequency.MONTHLY: "2024-12",
    Frequency.QUARTERLY: "2024-Q4",
    Frequency.HALF_YEAR: "2024-S2",
    Frequency.ANNUAL: "2024",
}
AREA = "nansha"


def _example(pack: Pack) -> dict[str, list[dict[str, str]]]:
    """Return the records of each form: one for an area form."""
    records: dict[str, dict[str, dict[str, str]]] = {}
    with (DATA / "example_return.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            form = pack.form_of_item[line["code"]]
            values = records.setdefault(form, {}).setdefault(line["row"], {})
            values[line["code"]] = line["value"] or "not_applicable"
    return {form: list(found.values()) for form, found in records.items()}


def _filed(pack: Pack) -> dict[str, pl.DataFrame]:
    given = {}
    for form, records in _example(pack).items():
        definition = pack.forms[form]
        now = Period.parse(NOW[definition.frequency])
        periods = dict.fromkeys(str(period) for period in (now, definition.previous(now), now.last_year()))
        units = [("nansha", "s1"), *((area, "") for area in pack.areas)]
        if definition.kind == "record":
            given[form] = made_records(
                form,
                [{"area": AREA, "period": p, "row": n} | r for p in periods for n, r in enumerate(records, start=1)],
            )
            continue
        frames = []
        for record in records:
            returns: list[Return] = [(area, sub, period, record) for area, sub in units for period in periods]
            frames.append(rows(returns))
        given[form] = rows_to_facts(pack, form, pl.concat(frames))
    return given


@pytest.fixture(scope="module")
def filed(pack: Pack) -> dict[str, pl.DataFrame]:
    return _filed(pack)


def test_no_check_is_false_on_the_example_and_each_is_true_on_a_row(pack: Pack, filed: dict[str, pl.DataFrame]) -> None:
    judged = 0
    for form in pack.forms:
        checks = {check.id: parse(check.expression) for check in pack.checks.values() if check.form == form}
        if not checks:
            continue
        now = filed[form].select("area", "sub_unit", "period").unique().filter(period=NOW[pack.forms[form].frequency])
        context = build_context(pack, filed, form, checks.values(), keys=now)
        outcome = judge(context, checks)
        outside = [check for check, expression in checks.items() if expression.outside]
        # the example is a made area on real codes: its extent is not that of the approval document
        assert outcome.failing.filter(~pl.col("check").is_in(outside)).rows() == []
        judged += outcome.counts.height
        never_true = outcome.counts.filter((pl.col("true") == 0) & ~pl.col("check").is_in(outside))["check"].to_list()
        assert all(pack.checks[check].type == "peer-outlier" for check in never_true)
        for check in never_true:  # all areas are equal: no spread to measure by; three areas are no group
            assert set(unknown_reasons(checks[check], context)["reason"]) == {"no_spread", "too_few_peers"}
    assert judged == len(pack.checks)


def test_every_indicator_of_the_example_is_reproduced(pack: Pack, filed: dict[str, pl.DataFrame]) -> None:
    with (DATA / "example_indicators.csv").open(encoding="utf-8", newline="") as lines:
        printed = {line["id"]: line["value"] for line in csv.DictReader(lines)}
    assert printed.keys() == pack.indicators.keys()
    for identity, value in printed.items():
        indicator = pack.indicators[identity]
        formula = parse(indicator.formula)
        keys = pl.DataFrame({"area": [AREA], "sub_unit": [""], "period": [NOW[indicator.frequency]]})
        context = build_context(pack, filed, indicator.forms[0], [formula], keys=keys)
        computed = evaluate(context, {identity: formula})[identity][0]
        assert f"{computed:.6f}" == value, identity
