"""Mistakes planted in records: each is found at its record by the check that was named, and nothing else is planted twice."""

import json

import polars as pl
import pytest

from xinqu.policy.load import load_pack
from xinqu.rehearsal.records.mistakes import KINDS, plant
from xinqu.rehearsal.records.registers import REGISTERS, records
from xinqu.returns.record_bulk import build_record_documents
from xinqu.spine.record_store import record_facts_of
from xinqu.validation.run import validate
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Frequency

PACK = load_pack()
NOW = {Frequency.MONTHLY: "2025-11", Frequency.ANNUAL: "2025"}


def planted(form, each=4):
    frame = records(form, ["lanzhou"], NOW[PACK.forms[form].frequency], each=200, seed=5)
    return plant(PACK, PACK.forms[form], frame, each=each, seed=5)


@pytest.mark.parametrize("form", list(REGISTERS))
def test_each_mistake_is_found_at_its_record_by_its_check(form):
    wrong, told = planted(form)
    documents = build_record_documents(PACK, PACK.forms[form], wrong, scope="S1")
    found = validate(PACK, {form: record_facts_of(PACK, Realm.REHEARSAL, form, documents)}, form).findings
    key = PACK.forms[form].keys[0]
    hits = {
        (row["check"], json.loads(row["detail"])["record"][key])
        for row in found.filter(verdict="false").iter_rows(named=True)
    }
    missed = [row for row in told.iter_rows(named=True) if (row["check"], row["record"]) not in hits]
    assert missed == []


def test_every_kind_is_planted_somewhere_and_no_record_has_two():
    frames = [planted(form)[1] for form in REGISTERS]
    assert set(pl.concat(frames)["kind"]) == set(KINDS)
    assert not any(frame["record"].is_duplicated().any() for frame in frames)


def test_the_same_seed_plants_the_same_mistakes():
    assert all(one.equals(other) for one, other in zip(planted("xr2"), planted("xr2"), strict=True))


def test_too_many_mistakes_are_refused():
    with pytest.raises(ValueError, match="can't hold"):
        planted("xr1", each=200)
