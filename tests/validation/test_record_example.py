"""The example records of the domain reference, filed as CSV, pass all checks, the generated ones among them.

Oracle: ``example_return.csv`` (two to four records of each record form). Written checks must each be true on one of them.
"""

import csv
import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from xinqu.engines.record_facts import facts_of_return
from xinqu.policy.load import load_pack
from xinqu.returns.read import read_return
from xinqu.validation.run import validate
from xinqu.vocabulary.periods import Frequency

PACK = load_pack()
EXAMPLE = Path(__file__).parent.parent / "data" / "example_return.csv"
NOW = {Frequency.MONTHLY: ("2024-12", "2024-11"), Frequency.ANNUAL: ("2024", "2023")}
RECORDS = [form.id for form in PACK.forms.values() if form.kind == "record"]


def filed(form: str, period: str) -> pl.DataFrame:
    """Return the facts of the example records of ``form``, through the door as CSV; blank is not applicable."""
    records: dict[str, dict[str, str]] = {}
    with EXAMPLE.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            if PACK.form_of_item[line["code"]] == form:
                records.setdefault(line["row"], {})[line["code"]] = line["value"] or "不适用"
    codes = [item.code for item in PACK.forms[form].items]
    head = f"#form,{form}\n#form_version,1\n#area,nansha\n#period,{period}\n#scope,S5\n"
    body = "\n".join(
        [head + ",".join(codes), *(",".join(record[code] for code in codes) for record in records.values())]
    )
    document = read_return(PACK, body.encode(), "example.csv", as_of=dt.date(2025, 3, 1))
    return facts_of_return(
        PACK, form, document.rows, area="nansha", period=period, submission=document.content_sha256, scope="S5",
        origin="simulated",
    )  # fmt: skip


@pytest.mark.parametrize("form", RECORDS)
def test_example_records_pass_and_each_written_check_is_true(form):
    now, before = NOW[PACK.forms[form].frequency]
    facts = {form: pl.concat([filed(form, before), filed(form, now)])}
    keys = pl.DataFrame({"area": ["nansha"], "sub_unit": [""], "period": [now]})
    found = validate(PACK, facts, form, keys=keys)
    assert found.findings.filter(verdict="false").rows() == []
    written = found.counts.filter(pl.col("check").is_in(list(PACK.checks)))
    assert written.height == sum(check.form == form for check in PACK.checks.values())
    assert written.filter(pl.col("true") == 0)["check"].to_list() == []
    assert {f"{form}_key"} <= set(found.counts["check"])
