"""Registers of the rehearsal: same seed same rows, keys last over periods, and every check that refuses or warns holds."""

import polars as pl
import pytest

from xinqu.policy.load import load_pack
from xinqu.rehearsal.records.draw import credit_codes
from xinqu.rehearsal.records.registers import REGISTERS, records
from xinqu.returns.record_bulk import build_record_documents
from xinqu.spine.record_store import record_facts_of
from xinqu.validation.conditions import is_uscc
from xinqu.validation.run import validate
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Frequency, Period

PACK = load_pack()
AREAS = ("lanzhou", "pudong")
NOW = {Frequency.MONTHLY: "2025-11", Frequency.ANNUAL: "2025"}


def two_periods(form, each=600):
    now = NOW[PACK.forms[form].frequency]
    return now, pl.concat(
        records(form, AREAS, period, each=each, seed=3) for period in (str(Period.parse(now).prev()), now)
    )


def test_there_is_a_register_for_each_record_form():
    assert set(REGISTERS) == {form.id for form in PACK.forms.values() if form.kind == "record"}


@pytest.mark.parametrize("form", list(REGISTERS))
def test_no_check_that_refuses_or_warns_is_false_and_all_are_evaluated(form):
    _, frame = two_periods(form)
    documents = build_record_documents(PACK, PACK.forms[form], frame, scope="S1")
    found = validate(PACK, {form: record_facts_of(PACK, Realm.REHEARSAL, form, documents)}, form)
    told = found.counts.filter((pl.col("false") > 0) & (pl.col("level") != "info"))
    assert told.is_empty(), told
    assert found.findings.filter(pl.col("verdict") == "indeterminate").is_empty()  # counted, not listed
    reasons = [
        name
        for name in found.counts.columns
        if name not in ("form", "check", "level", "true", "false", "indeterminate")
    ]
    assert found.counts.select(pl.sum_horizontal(reasons) == pl.col("indeterminate")).to_series().all()


@pytest.mark.parametrize("form", list(REGISTERS))
def test_the_same_seed_gives_the_same_rows_and_keys_stand_once(form):
    now, frame = two_periods(form, each=50)
    assert records(form, AREAS, now, each=50, seed=3).equals(frame.filter(pl.col("period") == now))
    assert not frame.select("area", "period", *PACK.forms[form].keys).is_duplicated().any()


@pytest.mark.parametrize("form", ["xr1", "xr2", "xr5"])
def test_what_lasts_has_the_same_key_a_period_later(form):
    now, frame = two_periods(form, each=50)
    keys = PACK.forms[form].keys
    later, before = frame.filter(pl.col("period") == now), frame.filter(pl.col("period") != now)
    assert later.join(before, on=["area", *keys], how="semi").height == later.height


def test_cases_left_open_are_decided_a_month_later():
    now, frame = two_periods("xr3", each=220)
    open_before = frame.filter((pl.col("period") != now) & (pl.col("xr3_result") == "open"))
    carried = frame.filter(pl.col("period") == now).join(open_before, on=["area", "xr3_case_no"], how="semi")
    assert carried.height > 10
    assert set(carried["xr3_result"]) == {"granted"}


def test_credit_codes_are_right_and_different():
    codes = pl.Series(credit_codes("lanzhou", 5_000))
    assert is_uscc(codes).all()
    assert codes.n_unique() == 5_000
