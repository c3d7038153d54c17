"""What the pages may say of figures: the newest known one, never across scopes or frequencies, never out of sight."""

import msgspec
import pytest

import cast
from page_snapshot import ALL, figure, lamp, snapshot
from xinqu.spine.pages import area, article, indicator, national, reading, tables
from xinqu.spine.pages.model import Query, Sight

NOW = Query()


def latest(taken, query=NOW, sight=ALL, *, of="R01", at="lanzhou"):
    return reading.latest(taken, query, sight, indicators=[of], areas=[at])[of, at]


def test_the_newest_known_figure_is_shown_and_the_newer_gap_is_said():
    taken = snapshot([figure("R01", "lanzhou", "2024", 22.4), figure("R01", "lanzhou", "2025")])
    shown = latest(taken)
    assert (shown.period, shown.value) == ("2024", 22.4)
    assert (shown.later_period, shown.later_unknown) == ("2025", "missing")


def test_nothing_known_gives_the_newest_due_period_with_its_reason():
    taken = snapshot([figure("R01", "lanzhou", "2024"), figure("R01", "lanzhou", "2025", unknown="scope_mismatch")])
    shown = latest(taken)
    assert (shown.period, shown.value, shown.unknown) == ("2025", None, "scope_mismatch")


def test_without_any_row_there_is_no_period_and_it_says_so():
    assert latest(snapshot([])).unknown == "no_figure"


def test_a_frame_ends_at_its_period():
    taken = snapshot([figure("Q01", "lanzhou", p, v) for p, v in (("2024", 6.0), ("2025-Q3", 5.0), ("2025", 5.5))])
    assert latest(taken, Query(period="2025-Q3"), of="Q01").period == "2025-Q3"
    assert latest(taken, Query(period="2025-08"), of="Q01").period == "2024"


def test_another_scope_is_not_taken_for_the_one_asked_for():
    taken = snapshot([figure("R01", "lanzhou", "2025", 22.4, scope="S2@2012-08-20")])
    assert latest(taken, Query(scope="S4")).unknown == "other_scope"
    assert latest(taken, Query(scope="S2")).value == 22.4


def test_the_lamp_is_that_of_the_newest_due_period():
    figures = [figure("R01", "lanzhou", "2024", 22.4), figure("R01", "lanzhou", "2025")]
    lamps = [lamp("R01", "lanzhou", "2024", "red"), lamp("R01", "lanzhou", "2025", "grey", reason="missing")]
    assert latest(snapshot(figures, lamps)).lamp.colour == "grey"


def test_an_override_counts_and_the_computed_lamp_stays():
    taken = snapshot(
        [figure("R01", "lanzhou", "2025", 22.4)], [lamp("R01", "lanzhou", "2025", "red", override="yellow")]
    )
    shown = latest(taken).lamp
    assert (shown.colour, shown.computed, shown.override_event) == ("yellow", "red", 7)


def test_what_is_out_of_sight_does_not_exist():
    taken = snapshot([figure("R01", a, "2025", 20.0) for a in ("lanzhou", "pudong")])
    own = Sight(figures=frozenset({"lanzhou"}))
    assert [row.area.code for row in national.read(taken, NOW, own).rows] == ["lanzhou"]
    assert area.read(taken, NOW, own, area="pudong") is None
    assert area.read(taken, NOW, own, area="nowhere") is None
    assert [s.area.code for s in indicator.read(taken, NOW, own, indicator="R01").standings] == ["lanzhou"]


def test_without_the_right_no_lamp_is_shown():
    taken = snapshot([figure("R01", "lanzhou", "2025", 22.4)], [lamp("R01", "lanzhou", "2025", "red")])
    assert latest(taken, sight=msgspec.structs.replace(ALL, lamps=frozenset())).lamp is None


def line_of(taken, wanted="R01"):
    page = area.read(taken, NOW, ALL, area="lanzhou")
    return next(line for pillar in page.pillars for line in pillar.lines if line.indicator.id == wanted)


# case, figures (period, value, scope), change in percentage points or the reason: never across two scopes
CHANGES = [
    ("same scope", [("2024", 22.0, "S4@2009"), ("2025", 22.5, "S4@2009")], 0.5, ""),
    ("scope moved", [("2024", 22.0, "S1@2009"), ("2025", 22.5, "S4@2009")], None, "series_break"),
    ("last year not filed", [("2024", None, ""), ("2025", 22.5, "S4@2009")], None, "missing"),
    ("no year before", [("2025", 22.5, "S4@2009")], None, "no_figure"),
]


@pytest.mark.parametrize(("figures", "change", "reason"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_change_on_last_year(figures, change, reason):
    line = line_of(snapshot([figure("R01", "lanzhou", p, v, scope=s) for p, v, s in figures]))
    assert (line.change, line.change_unknown, line.change_unit) == (change, reason, "pp")


def test_a_series_holds_one_frequency():
    taken = snapshot([figure("Q01", "lanzhou", p, 5.0) for p in ("2024-Q4", "2024", "2025-Q1", "2025-Q2")])
    assert [f.period for f in line_of(taken, "Q01").series] == ["2024-Q4", "2025-Q1", "2025-Q2"]


def test_an_area_says_what_is_red_and_since_when_and_what_turned():
    periods = ("2022", "2023", "2024", "2025")
    figures = [figure(i, "lanzhou", p, 1.0) for i in ("R01", "N01", "L03") for p in periods]
    colours = {"R01": "green red red red", "N01": "green green green yellow", "L03": "red red red green"}
    lamps = [lamp(i, "lanzhou", p, c) for i, row in colours.items() for p, c in zip(periods, row.split(), strict=True)]
    alerts = area.read(snapshot(figures, lamps), NOW, ALL, area="lanzhou").alerts
    told = [(a.indicator.id, a.red_periods, a.before, a.figure.lamp.colour) for a in alerts]
    assert told == [("R01", 3, "red", "red"), ("L03", 0, "red", "green"), ("N01", 0, "green", "yellow")]


def test_areas_are_compared_at_the_best_covered_period_unless_another_is_asked_for():
    figures = [figure("R01", a, "2024", v) for a, v in (("lanzhou", 20.0), ("pudong", 30.0), ("nansha", 25.0))]
    taken = snapshot([*figures, figure("R01", "lanzhou", "2025", 21.0)])
    page = indicator.read(taken, NOW, ALL, indicator="R01")
    assert (page.period, page.counts.known, page.low, page.high) == ("2024", 3, 20.0, 30.0)
    assert [s.area.code for s in page.standings[:3]] == ["pudong", "nansha", "lanzhou"]
    assert indicator.read(taken, Query(period="2025"), ALL, indicator="R01").counts.known == 1


def test_where_nothing_is_known_the_areas_stand_at_the_newest_due_period_with_their_reason():
    taken = snapshot([figure("R01", "lanzhou", "2024"), figure("R01", "lanzhou", "2025")])
    page = indicator.read(taken, NOW, ALL, indicator="R01")
    assert (page.period, page.counts.known, page.columns) == ("2025", 0, ())
    assert {s.figure.unknown for s in page.standings if s.area.code == "lanzhou"} == {"missing"}


def test_lower_first_where_lower_is_better():
    assert cast.pack().indicators["G01"].direction == "-"
    taken = snapshot([figure("G01", a, "2025", v) for a, v in (("lanzhou", 0.5), ("pudong", 0.2))])
    assert [s.area.code for s in indicator.read(taken, NOW, ALL, indicator="G01").standings[:2]] == [
        "pudong",
        "lanzhou",
    ]


def test_the_matrix_counts_what_is_known_and_a_figure_without_lamp_as_grey():
    taken = snapshot([figure("R01", "lanzhou", "2025", 22.4)], [lamp("R01", "lanzhou", "2025", "red")])
    page = national.read(taken, NOW, ALL)
    row = next(row for row in page.rows if row.area.code == "lanzhou")
    assert (len(page.rows), len(page.columns), page.areas_with_figures) == (19, 39, 1)
    assert (row.counts.known, row.counts.red, row.counts.grey) == (1, 1, 38)
    assert page.lamps_tell


def test_lamps_do_not_tell_where_most_known_figures_have_none():
    taken = snapshot(
        [figure(i, "lanzhou", "2025", 1.0) for i in ("R01", "N01", "L03")], [lamp("R01", "lanzhou", "2025", "red")]
    )
    assert not national.read(taken, NOW, ALL).lamps_tell


def test_a_measure_without_any_known_indicator_is_silent():
    empty = article.read(snapshot([]), NOW, ALL, article=6)
    assert empty.silent == empty.measures > 0
    taken = article.read(snapshot([figure("R08", "lanzhou", "2025", 30.0)]), NOW, ALL, article=6)
    assert taken.silent < empty.silent
    assert article.read(snapshot([]), NOW, ALL, article=99) is None


def test_no_wording_counts_as_seen_before_someone_saw_it():
    page = article.read(snapshot([]), NOW, ALL, article=6)
    assert {s.zh_seen for s in page.sentences} == {s.zh_status == "seen" for s in page.sentences}


def test_the_table_carries_all_that_travels_with_a_number():
    taken = snapshot([figure("R01", "lanzhou", "2024", 22.4), figure("R01", "lanzhou", "2025")])
    page = national.read(taken, NOW, ALL)
    figures = [f for row in page.rows for f in row.figures]
    rows = tables.figures_table(page.frame, cast.pack(), figures)
    assert rows.height == 19 * 39
    told = rows.filter(indicator="R01", area="lanzhou").row(0, named=True)
    assert told["value"] == 22.4
    assert (told["unit"], told["period"], told["scope"], told["origin"]) == (
        "pct",
        "2024",
        "S4@2009-04-24",
        "simulated",
    )
    assert (told["uncertainty"], told["vintage"], told["realm"]) == ("not known", 42, "rehearsal")
    assert (told["later_period"], told["later_unknown"], told["trace"]) == ("2025", "missing", "R01/lanzhou/2024")
    assert rows.filter(rows["value"].is_null())["unknown"].str.len_chars().min() > 0, (
        "an unknown value without a reason"
    )
