"""Small registers are judged together, large ones area by area: both say the same."""

import polars as pl
import pytest

from xinqu.policy.load import load_pack
from xinqu.rehearsal.records.registers import records
from xinqu.returns.record_bulk import build_record_documents
from xinqu.spine.record_store import record_facts_of
from xinqu.validation import run
from xinqu.vocabulary.origin import Realm

PACK = load_pack()


@pytest.mark.parametrize("form", ["xr2", "xr3"])
def test_areas_judged_together_give_the_findings_and_counts_of_each_alone(form, monkeypatch):
    frame = pl.concat(records(form, ["lanzhou", "pudong"], month, each=80, seed=9) for month in ("2025-10", "2025-11"))
    wrong = frame.with_columns(
        frame[PACK.forms[form].keys[0]].head(1).new_from_index(0, 3).extend(frame[PACK.forms[form].keys[0]][3:])
    )
    documents = build_record_documents(PACK, PACK.forms[form], wrong, scope="S1")
    facts = {form: record_facts_of(PACK, Realm.REHEARSAL, form, documents)}
    together = run.validate(PACK, facts, form)
    monkeypatch.setattr(run, "TOGETHER_ROWS", 0)
    alone = run.validate(PACK, facts, form)
    assert together.findings.equals(alone.findings)
    assert together.counts.equals(alone.counts)
    assert not together.findings.filter(check=f"{form}_key").is_empty()
