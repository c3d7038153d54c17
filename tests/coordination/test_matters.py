"""Major matters: each condition with a case that triggers it and one that does not, and what can't be judged."""

import datetime as dt
import json

import polars as pl
import pytest
from coordination_events import AS_OF, CALENDAR, PACK, lamps, log, moved, raised

from xinqu.coordination.difficulties import difficulties
from xinqu.coordination.matter_rules import Inputs
from xinqu.coordination.matters import major_matters
from xinqu.coordination.proposals import red_since
from xinqu.engines.facts import rows_to_facts

NO_LAMPS = lamps()


def judged(*events: tuple, lit: pl.DataFrame = NO_LAMPS, facts: dict | None = None) -> pl.DataFrame:
    events_frame = log(*events)
    return major_matters(
        Inputs(
            pack=PACK,
            calendar=CALENDAR,
            as_of=AS_OF,
            log=events_frame,
            facts=facts or {},
            reds=red_since(PACK, lit, events_frame, CALENDAR, as_of=AS_OF),
            difficulties=difficulties(PACK, events_frame, CALENDAR, as_of=AS_OF),
        )
    )


def of(matter: str, frame: pl.DataFrame) -> list[dict]:
    return frame.filter(pl.col("matter") == matter).to_dicts()


def facts_of(form: str, area: str, period: str, **values: str | None) -> pl.DataFrame:
    rows = pl.DataFrame(
        [
            {
                "area": area, "sub_unit": "", "period": period, "submission": "s", "event": 7, "item": item,
                "value": value, "state": "missing" if value is None else "reported", "half_digit": "0",
                "scope": "S5", "origin": "reported",
            }
            for item, value in values.items()
        ],
        schema_overrides={"value": pl.String},
    )  # fmt: skip
    return rows_to_facts(PACK, form, rows)


def test_every_matter_of_the_pack_is_judged_and_words_without_a_rule_name_their_instrument():
    frame = judged()
    assert sorted(frame["matter"].unique()) == sorted(PACK.major_matters)
    waiting = frame.filter(pl.col("reason") == "no_instrument")
    assert sorted(waiting["matter"]) == ["MM06", "MM11", "MM12", "MM13", "MM14"]
    assert all(json.loads(row["facts"])["needs"] for row in waiting.iter_rows(named=True))
    assert frame.filter(pl.col("matter").is_in([m.id for m in PACK.major_matters.values() if m.rule]))[
        "verdict"
    ].unique().to_list() == ["no"]


def test_mm01_a_difficulty_reaches_the_state_council():
    steps = (
        raised("2026-03-02"),
        ("difficulty.escalated", "2026-03-03", {"difficulty": "K1", "from_rung": "area", "to_rung": "province"}),
        moved("2026-03-04", "escalate", to_state="ndrc"),
        moved("2026-03-05", "report", to_state="state_council"),
        moved("2026-03-06", "reply", to_state="answered"),
    )
    (row,) = of("MM01", judged(*steps))
    assert (row["verdict"], row["area"], row["subject"]) == ("triggered", "lanzhou", "K1")
    assert (row["triggered_on"], row["due_on"]) == (dt.date(2026, 3, 5), dt.date(2026, 3, 10))  # 3 working days
    skipped = (raised("2026-03-02"), moved("2026-03-05", "report", to_state="state_council"))
    assert of("MM01", judged(*skipped))[0]["verdict"] == "no"  # the pack allows no such move


@pytest.mark.parametrize(("total", "verdict"), [("101", "triggered"), ("100", "no"), (None, "indeterminate")])
def test_mm02_construction_land_over_its_cap(total, verdict):
    facts = {"xa4": facts_of("xa4", "lanzhou", "2025", xa4_con_total=total, xa4_con_cap="100")}
    accepted = ("return.accepted", "2026-04-20", {"form": "xa4", "area": "lanzhou", "period": "2025"})
    filler = [("read.logged", "2026-04-01", {})] * 6
    rows = of("MM02", judged(*filler, accepted, facts=facts))
    (row,) = [row for row in rows if row["area"] == "lanzhou"]
    assert row["verdict"] == verdict
    if verdict == "triggered":
        assert row["triggered_on"] == dt.date(2026, 4, 20)  # event 7 accepted the return
        assert json.loads(row["facts"]) == {"xa4_con_total": 101.0, "xa4_con_cap": 100.0}
    if verdict == "indeterminate":
        assert row["reason"] == "missing"
    assert {r["reason"] for r in rows if r["area"] != "lanzhou"} == {"missing"}


def test_mm03_reads_items_of_two_forms():
    """L01 by another way: 1,000 ha of 1,000 km2 is 1 %; the cap stands at 0.9 %, then at 1 %."""
    xa1 = facts_of("xa1", "lanzhou", "2025", xa1_area_land="1000")
    for cap, verdict in (("0.9", "triggered"), ("1", "no")):
        xa4 = facts_of("xa4", "lanzhou", "2025", xa4_con_total="1000", xa4_dev_cap=cap)
        row = of("MM03", judged(facts={"xa1": xa1, "xa4": xa4}))[0]
        assert (row["area"], row["verdict"]) == ("lanzhou", verdict)
    row = of("MM03", judged(facts={"xa4": xa4}))[0]
    assert (row["verdict"], row["reason"]) == ("indeterminate", "missing")


def test_mm07_a_scope_version_is_added():
    change = (
        "scope.changed",
        "2025-11-06",
        {"area": "liangjiang", "scope": "S4", "valid_from": "2025-11-06", "document": "d"},
    )
    (row,) = of("MM07", judged(change))
    assert (row["verdict"], row["area"], row["triggered_on"]) == ("triggered", "liangjiang", dt.date(2025, 11, 6))


def quarters(*colours: str) -> pl.DataFrame:
    periods = [f"2025-Q{n}" for n in range(1, 5)] + ["2026-Q1", "2026-Q2"]
    return lamps(*(("R05", "lanzhou", period, colour) for period, colour in zip(periods, colours, strict=False)))


@pytest.mark.parametrize(
    ("colours", "ends"),
    [
        (("red", "red", "red"), ["2025-Q3"]),
        (("red", "red", "grey", "red"), []),
        (("red", "red", "yellow", "red", "red", "red"), ["2026-Q2"]),
        (("red", "red", "red", "red", "red", "red"), ["2025-Q3"]),  # one run is one matter
    ],
)
def test_mm08_three_red_headline_lamps_in_a_row(colours, ends):
    rows = [row for row in of("MM08", judged(lit=quarters(*colours))) if row["verdict"] == "triggered"]
    assert [row["period"] for row in rows] == ends


def test_mm08_counts_a_lamp_as_a_person_set_it_and_needs_neighbouring_periods():
    set_by_hand = quarters("red", "red", "red").with_columns(
        override=pl.when(pl.col("period") == "2025-Q2").then(pl.lit("yellow"))
    )
    gap = quarters("red", "red", "red", "red").filter(pl.col("period") != "2025-Q2")
    for lit in (set_by_hand, gap):
        assert of("MM08", judged(lit=lit))[0]["verdict"] == "no"
    months = lamps(*(("R02", "lanzhou", period, "red") for period in ("2025-11", "2025-12", "2026-02")))
    assert of("MM08", judged(lit=months))[0]["verdict"] == "triggered"  # there is no January


def test_mm09_five_areas_meet_the_same_difficulty():
    areas = list(PACK.areas)[:5]
    events = [raised(f"2026-03-0{n + 2}", f"K{n}", area, cluster="land") for n, area in enumerate(areas)]
    (row,) = of("MM09", judged(*events))
    assert (row["verdict"], row["triggered_on"]) == ("triggered", dt.date(2026, 3, 6))
    assert json.loads(row["facts"])["areas"] == sorted(areas)
    sixth = raised("2026-03-09", "K6", list(PACK.areas)[6], cluster="land")
    assert len(of("MM09", judged(*events, sixth))) == 1  # once per rise to five, not per area
    assert of("MM09", judged(*events[:4]))[0]["verdict"] == "no"
    withdrawn = moved("2026-03-05", "withdraw", "K0")
    assert of("MM09", judged(*events, withdrawn))[0]["verdict"] == "no"


def test_mm10_a_released_figure_found_false():
    edit = {"form": "xq1", "area": "lanzhou", "period": "2025-Q4", "old_hash": "a", "new_hash": "b"}
    assert of("MM10", judged(("return.edited", "2026-05-06", {**edit, "reason": "error"})))[0]["verdict"] == "no"
    (row,) = of("MM10", judged(("return.edited", "2026-05-06", {**edit, "reason": "falsification"})))
    assert (row["verdict"], row["due_on"]) == ("triggered", dt.date(2026, 5, 7))


def test_mm15_a_dispute_open_for_more_than_twenty_working_days():
    dispute = ("ledger.disputed", "2026-03-02", {"instrument": "I33", "posting": "p1", "reason": "amount"})
    (row,) = of("MM15", judged(dispute))
    assert (row["verdict"], row["triggered_on"]) == ("triggered", dt.date(2026, 3, 31))  # the 21st working day
    settled = ("ledger.reversed", "2026-03-30", {"instrument": "I33", "posting": "p1", "reason": "agreed"})
    assert of("MM15", judged(dispute, settled))[0]["verdict"] == "no"
