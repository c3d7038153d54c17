"""Published figures enter by their rules, through the same door; nothing is dropped in silence."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from return_files import AS_OF

from xinqu.policy.load import load_pack
from xinqu.returns.published import (
    choose,
    named_date,
    not_entered,
    published_digits,
    published_documents,
    published_uploads,
    rank,
)
from xinqu.returns.published_rules import PUBLISHED, apply_rules, load_tables, slot
from xinqu.returns.units import factor_to
from xinqu.vocabulary.periods import Frequency

PACK = load_pack()
TABLES = load_tables()
ENTERING, REFUSED = apply_rules(TABLES, PACK)
CHOICES = choose(ENTERING)
DOCUMENTS = {(d.header.area, d.header.form, d.header.period): d for d in published_documents(PACK, as_of=AS_OF)}


def note(area, form, period, item):
    rows = DOCUMENTS[area, form, period].rows
    return json.loads(rows.filter(item=item)["note"][0])


def test_244_figures_enter_and_the_others_are_listed_with_a_reason():
    """Counts of data/README: 662 figures, 331 with a mapped name, 244 pass the period, qualifier and scope rules."""
    first = [one for one in ENTERING if not one.also]
    assert len(TABLES.figures) == 662
    assert len(first) == 244
    assert len(REFUSED) == 662 - 244
    assert Counter(one.kind for one in REFUSED)["unmapped"] == 662 - 331
    listed = not_entered(PACK)
    assert listed.height == 418
    assert listed["reason_zh"].str.len_chars().min() > 0
    assert listed["reason_en"].str.len_chars().min() > 0


def test_each_rule_lets_in_as_many_as_the_table_says():
    entered = Counter((one.figure.indicator, one.figure.unit) for one in ENTERING if not one.also)
    assert {key: int(rule.figures_entered) for key, rule in TABLES.rules.items()} == {
        key: entered[key] for key in TABLES.rules
    }


def test_factors_of_the_table_are_those_of_the_units():
    """Two sources of one number: the table's factor, and the unit vocabulary the reader uses."""
    for rule in TABLES.rules.values():
        if rule.status == "mapped":
            for item in filter(None, (rule.item, rule.also_item)):
                unit = PACK.items[item].unit
                assert factor_to(PACK, entered=rule.unit, declared=unit) == int(rule.factor), rule


@pytest.mark.parametrize(
    ("form", "item", "period"),
    [("xq1", "xq1_gdp_growth", "2023-Q4"), ("xa1", "xa1_gdp_growth", "2023")],
)
def test_golden_nansha_2023_real_growth_is_4_3(form, item, period):
    """DESIGN section 5: 4.3 as released, never the 3.15 of the nominal levels."""
    document = DOCUMENTS["nansha", form, period]
    assert document.values()[item] == "4.3"
    assert document.rows.filter(item=item).select("half_digit", "scope", "origin").row(0) == ("0.05", "S4", "published")
    assert "4.3%" in note("nansha", form, period, item)["quote"]


def test_a_level_in_yi_yuan_keeps_its_published_precision():
    """2323.54 亿元 = 23,235,400 万元, known to 50 万元."""
    row = DOCUMENTS["nansha", "xq1", "2023-Q4"].rows.filter(item="xq1_gdp").row(0, named=True)
    assert (row["value"], row["half_digit"]) == ("23235400", "50")
    assert json.loads(row["note"])["published_value"] == "2323.54"


def test_three_cells_are_in_conflict():
    """data/README: Lanzhou 2011, Changchun H1 2021 (product and growth)."""
    cells = {
        (c.taken.figure.area, c.taken.item, str(c.taken.period)): c
        for c in CHOICES
        if c.in_conflict and not c.taken.also
    }
    assert set(cells) == {
        ("lanzhou", "xq1_gdp", "2011-Q4"),
        ("changchun", "xq1_gdp", "2021-Q2"),
        ("changchun", "xq1_gdp_growth", "2021-Q2"),
    }
    taken = {key: choice.taken.figure.value for key, choice in cells.items()}
    assert sorted(taken.values()) == ["14.9", "39.04", "441.2"]


def test_the_loser_stays_with_the_reason():
    kept = note("changchun", "xq1", "2021-Q2", "xq1_gdp")["alternatives"]
    assert [(k["published_value"], k["relation"], k["lost_by"], k["source_id"]) for k in kept] == [
        ("420", "differs", "date", "cc-2021h1b")
    ]
    assert kept[0]["source_address"].startswith("http")
    assert kept[0]["reason_zh"]
    kept = note("lanzhou", "xq1", "2011-Q4", "xq1_gdp")["alternatives"]
    assert (kept[0]["published_value"], kept[0]["lost_by"]) == ("39", "digits")


def test_two_figures_that_agree_or_round_alike_are_kept_and_called_so():
    same = note("lanzhou", "xq1", "2023-Q4", "xq1_gdp")["alternatives"]
    assert [k["relation"] for k in same] == ["same"]
    other = note("xihaian", "xq1", "2023-Q4", "xq1_gdp")["alternatives"]
    assert [(k["published_value"], k["relation"]) for k in other] == [("5003.38", "other_wording")]


def test_every_figure_of_a_cell_is_in_its_note():
    kept = 0
    for choice in CHOICES:
        found = note(choice.taken.figure.area, choice.taken.form, str(choice.taken.period), choice.taken.item)
        assert found["source_id"] == choice.taken.figure.source_id
        assert found["source_address"] == choice.taken.figure.source_address
        kept += 1 + len(found.get("alternatives", []))
    assert kept == len(ENTERING)


def test_one_return_per_area_form_and_period_all_backfill():
    uploads = published_uploads(PACK)
    assert len({(u.form, u.area, u.period) for u in uploads}) == len(uploads) == len(DOCUMENTS) == 211
    assert {d.header.kind for d in DOCUMENTS.values()} == {"backfill"}
    assert {origin for d in DOCUMENTS.values() for origin in d.reported["origin"]} == {"published"}
    assert uploads == published_uploads(PACK)


def test_scope_travels_with_each_value():
    """Guian 2024 is the directly managed area (S3); a text that names only the area is 'not stated'."""
    guian = [d for (area, _, _), d in DOCUMENTS.items() if area == "guian"]
    assert "S3" in {scope for d in guian for scope in d.reported["scope"]}
    lanzhou = [d for (area, _, _), d in DOCUMENTS.items() if area == "lanzhou"]
    assert {scope for d in lanzhou for scope in d.reported["scope"]} == {"unstated"}


# period text, rule, frequency, slot (check_tables.py, with S for half-years)
SLOTS = [
    ("2023", "ytd_quarter", Frequency.QUARTERLY, "2023-Q4"),
    ("2023", "ytd_month", Frequency.MONTHLY, "2023-12"),
    ("2023", "stock_half", Frequency.HALF_YEAR, "2023-S2"),
    ("2021-01..06", "ytd_half", Frequency.HALF_YEAR, "2021-S1"),
    ("2021-01..09", "ytd_quarter", Frequency.QUARTERLY, "2021-Q3"),
    ("2021-01..09", "ytd_month", Frequency.MONTHLY, "2021-09"),
    ("2021-01..08", "ytd_quarter", Frequency.QUARTERLY, None),
    ("2021-01..12", "ytd_quarter", Frequency.ANNUAL, None),
    ("2021-06", "stock_quarter", Frequency.QUARTERLY, "2021-Q2"),
    ("2021-06", "ytd_quarter", Frequency.QUARTERLY, None),
    ("2016-2020", "ytd_quarter", Frequency.QUARTERLY, None),
    ("2017..2023-05", "ytd_month", Frequency.MONTHLY, None),
    ("2020-11-01", "stock_year", Frequency.ANNUAL, None),
]


@pytest.mark.parametrize(("text", "rule", "frequency", "expected"), SLOTS)
def test_period_rules(text, rule, frequency, expected):
    period = slot(rule, text, frequency)
    assert (str(period) if period else None) == expected


@pytest.mark.parametrize(
    ("title", "date"),
    [
        ("2025年浦东新区政府工作报告(2025-01-08)", (2025, 1, 8)),
        ("兰州新区获批国家级新区十二周年(兰州日报2024-08)", (2024, 8, 0)),
        ("青岛西海岸新区2022年国民经济和社会发展统计公报(2023年4月,转载)", (2023, 4, 0)),
        ("兰州新区简介", (0, 0, 0)),
    ],
)
def test_dates_named_in_titles(title, date):
    assert named_date(title) == date


def test_digits_of_a_published_value():
    assert [published_digits(v) for v in ("5003.38", "39", "-0.5", "100")] == [6, 2, 1, 3]


def test_the_order_of_sources_is_total():
    ranks = [rank(figure) for figure in TABLES.figures]
    assert {r[0] for r in ranks} == {0, 1, 2, 3}


def test_the_copied_tables_are_those_of_the_shared_folder():
    shared = Path(os.environ.get("XINQU_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"
    if not shared.is_dir():
        pytest.skip(f"no shared data at {shared}: set XINQU_SHARED")
    for path in sorted(PUBLISHED.glob("*.csv")):
        assert path.read_bytes() == (shared / path.name).read_bytes(), path.name


def test_quotes_are_short_and_addresses_stay():
    assert max(len(figure.quote) for figure in TABLES.figures) <= 40
    assert all(figure.source_address for figure in TABLES.figures)
