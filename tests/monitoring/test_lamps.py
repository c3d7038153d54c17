"""Lamps: each kind of trajectory worked by hand, every reason for grey, overrides, and laws over any figures."""

import datetime as dt
import json

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.monitoring.directions import Direction, parse_direction
from xinqu.monitoring.lamps import lamps, shown_lamp
from xinqu.monitoring.reasons import GreyReason, reason_label
from xinqu.monitoring.targets import targets_in_force
from xinqu.monitoring.value_rules import Band, ValueRule, band, value_rule
from xinqu.policy.load import load_pack
from xinqu.vocabulary.event_frame import LOG_SCHEMA
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.truth import Unknown

PACK = load_pack()
AS_OF = dt.date(2026, 11, 16)


def log(*rows: tuple[str, dict]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "seq": n + 1,
                "type": kind,
                "actor": "a",
                "organisation": "ndrc",
                "effective_on": dt.date(2026, 1, 1),
                "data": json.dumps(data),
            }
            for n, (kind, data) in enumerate(rows)
        ],
        schema=LOG_SCHEMA,
    )


def moved(indicator: str, **data: str) -> tuple[str, dict]:
    """The rehearsal's event: base 2021, target 2026."""
    fields = {"base_period": "2021", "period": "2026", "value": "", "document": "rehearsal"}
    return ("target.set", {"indicator": indicator, "area": "*", **fields, **data})


def figures(indicator: str, values: dict[str, float | None], area: str = "lanzhou") -> pl.DataFrame:
    return pl.DataFrame(
        {"indicator": indicator, "area": area, "period": list(values), "value": list(values.values())},
        schema_overrides={"value": pl.Float64},
    ).with_columns(unknown=pl.when(pl.col("value").is_null()).then(pl.lit("missing")))


def lit(frame: pl.DataFrame, events: pl.DataFrame | None = None, **facts: pl.DataFrame) -> list[dict]:
    events = log() if events is None else events
    targets = targets_in_force(PACK, events, as_of=AS_OF)
    return lamps(PACK, frame, targets, as_of=AS_OF, facts=facts, events=events).to_dicts()


def colours(rows: list[dict]) -> list[str]:
    return [row["lamp"] if row["lamp"] != "grey" else row["reason"] for row in rows]


def test_a_linear_target_is_walked_evenly_and_banded_by_its_distance():
    """L03, base 10, goalpost 30: 25 % of the way in 5 years = 15; distance 5, so yellow below -0.5 and red below -1.

    2023 expects 12: 11.5 is just green, 11.49 yellow, 11 just yellow, 10.99 red.
    """
    for value, colour in ((11.5, "green"), (11.49, "yellow"), (11.0, "yellow"), (10.99, "red"), (12.0, "green")):
        rows = lit(figures("L03", {"2021": 10.0, "2023": value}), log(moved("L03")))
        assert rows[1]["lamp"] == colour
        assert rows[1]["expected"] == pytest.approx(12)
        assert (rows[1]["goal"], rows[1]["band_yellow"], rows[1]["band_red"]) == pytest.approx((15, 11.5, 11))
        assert rows[1]["target"] == "T_L03"


def test_after_the_target_period_the_target_holds():
    targets = targets_in_force(PACK, log(moved("L03")), as_of=AS_OF)
    late = figures("L03", {"2021": 10.0, "2026": 15.0, "2028": 15.0})
    rows = lamps(PACK, late, targets, as_of=dt.date(2029, 6, 1)).to_dicts()
    assert [row["expected"] for row in rows[1:]] == pytest.approx([15, 15])


def test_less_is_better_is_judged_on_the_other_side():
    """G01, base 0.8 - 25 % of the way to 0.15 in 5 years = 0.6375; 2026 expects that, bands at +0.01625 and +0.0325."""
    for value, colour in ((0.65, "green"), (0.66, "yellow"), (0.68, "red"), (0.5, "green")):
        frame = figures("G01", {"2021": 0.8, "2022": value})
        assert lit(frame, log(moved("G01")))[1]["expected"] == pytest.approx(0.7675)
        late = figures("G01", {"2021": 0.8, "2025": value + 0.8 - 0.67})
        assert lit(late, log(moved("G01")))[1]["expected"] == pytest.approx(0.67)
        at_end = figures("G01", {"2021": 0.8, "2026": value})
        row = lamps(
            PACK, at_end, targets_in_force(PACK, log(moved("G01")), as_of=AS_OF), as_of=dt.date(2027, 6, 1)
        ).row(1, named=True)
        assert (row["expected"], row["lamp"]) == (pytest.approx(0.6375), colour)


def test_quarters_lie_between_the_years():
    rows = lit(figures("R05", {"2021-Q4": 4.0, "2022-Q2": 4.2, "2022-Q4": 4.4}), log(moved("R05")))
    assert [row["expected"] for row in rows[1:]] == pytest.approx([4.2, 4.4])  # 4 + 25 % of 8 in 5 years = 0.4 a year
    assert colours(rows) == ["not_after_base", "green", "green"]


def test_an_s_curve_is_half_way_in_year_three_and_one_band_short_at_the_end():
    """N06: base 10, goalpost 60; half way = 35 at the end of 2024; at the end of 2026 90 % of the way = 55."""
    rows = lamps(
        PACK,
        figures("N06", {"2021": 10.0, "2024": 35.0, "2026": 55.0}),
        targets_in_force(PACK, log(moved("N06")), as_of=AS_OF),
        as_of=dt.date(2027, 6, 1),
    ).to_dicts()
    assert [row["expected"] for row in rows[1:]] == pytest.approx([35, 55])
    assert colours(rows) == ["not_after_base", "green", "green"]


def test_a_level_is_the_mean_of_the_five_years_before():
    years = {f"{year}-Q4": value for year, value in zip(range(2021, 2026), (4.0, 5.0, 6.0, 7.0, 8.0), strict=True)}
    rows = lit(figures("Q01", {**years, "2026-Q1": 5.85}, "guian"), log(moved("Q01")))
    assert rows[-1]["expected"] == pytest.approx(6)  # distance |6 - 4| = 2: yellow below 5.8, red below 5.6
    assert colours(rows)[1:] == ["series_too_short"] * 4 + ["green"]
    rows = lit(figures("Q01", {**years, "2026-Q1": 5.7, "2026-Q2": 5.5}, "guian"), log(moved("Q01")))
    assert colours(rows)[-2:] == ["yellow", "red"]
    gap = {**years, "2023-Q4": None}
    assert colours(lit(figures("Q01", {**gap, "2026-Q1": 9.0}, "guian"), log(moved("Q01"))))[-1] == "series_too_short"


def cap(value: float | None, *periods: str) -> pl.DataFrame:
    rows = [("lanzhou", "", period, value) for period in periods]
    schema = {"area": pl.String, "sub_unit": pl.String, "period": pl.String, "xa4_dev_cap": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_cap_from_the_return_is_red_once_breached_and_yellow_before():
    """L01 cap 50, base 40: distance 10, yellow from 49 on; a breach is red even in the base year."""
    values = {"2021": 40.0, "2022": 48.9, "2023": 49.5, "2024": 50.0, "2025": 50.1}
    rows = lit(figures("L01", values), log(moved("L01")), xa4=cap(50.0, *values))
    assert colours(rows) == ["green", "green", "yellow", "yellow", "red"]
    assert {row["target"] for row in rows} == {"T_L01"}
    assert colours(lit(figures("L01", values), log(moved("L01"))))[-1] == "no_limit"


def test_a_breach_is_red_without_a_base_but_keeping_the_limit_is_not_green_then():
    rows = lit(figures("L06", {"2024": 59.9, "2025": 61.0}), log(moved("L06")))  # floor 60 since 2018-06-25
    assert colours(rows) == ["red", "no_base"]


def test_a_step_reads_the_limit_in_force_on_the_last_day_of_the_period():
    """startup_days_max: 8.5 working days to 2020, 4 since 2021 (parameters/services.yaml)."""
    values = {"2020-Q4": 5.0, "2021-Q1": 5.0, "2021-Q4": 1.0}
    rows = lit(figures("B01", values), log(moved("B01")))
    assert [row["lamp"] for row in rows] == ["green", "red", "green"]
    assert [row["band_red"] for row in rows] == [8.5, 4.0, 4.0]


def test_a_step_without_a_parameter_is_grey():
    assert colours(lit(figures("B05", {"2021": 50.0, "2025": 60.0}), log(moved("B05")))) == ["no_limit"] * 2


def test_a_direction_with_a_bound_judges_without_any_target():
    assert colours(lit(figures("L12", {"2024": 100.0, "2025": 100.4}))) == ["green", "red"]
    assert colours(lit(figures("L14", {"2024": 100.0, "2025": 99.0}))) == ["green", "red"]
    assert colours(lit(figures("N07", {"2014": 60.0, "2025": 40.0}))) == ["no_limit", "red"]  # 50 % since 2015-10-01
    assert colours(lit(figures("B04", {"2024": 100.0, "2025": 97.0}))) == ["green", "not_met_undated"]


def test_no_target_no_side_and_no_period_are_grey_with_their_reason():
    assert colours(lit(figures("Q05", {"2025": 5.0}))) == ["no_target"]
    assert colours(lit(figures("R13", {"2025": 5.0}))) == ["neutral"]
    assert colours(lit(figures("L03", {"2025": 10.0, "2026": 11.0}))) == ["not_after_base", "not_due"]
    assert colours(lit(figures("L03", {"2023": 10.0}), log(moved("L03")))) == ["no_base"]
    assert colours(lit(figures("L03", {"2021": 30.0, "2023": 31.0}), log(moved("L03"))))[1] == "beyond_goalpost"
    same = log(moved("L03", value="10"))
    assert colours(lit(figures("L03", {"2021": 10.0, "2023": 31.0}), same))[1] == "no_distance"


@pytest.mark.parametrize("unknown", list(Unknown))
def test_an_unknown_figure_keeps_its_reason_and_is_never_green(unknown):
    frame = figures("L03", {"2021": 10.0, "2023": None}).with_columns(unknown=pl.lit(unknown.value))
    assert colours(lit(frame, log(moved("L03"))))[1] == unknown.value
    assert reason_label(unknown.value).zh


@pytest.mark.parametrize("reason", list(GreyReason))
def test_every_reason_has_words(reason):
    assert reason_label(reason.value).zh
    assert reason_label(reason.value).en


def test_the_reason_of_no_reason_is_empty():
    assert reason_label("").zh == ""


def test_a_published_plan_judges_the_close_of_its_year_only():
    """lz-2023w: growth of at least 16 % in 2023 (targets.yaml); ns-2022: about 10 % in 2023."""
    rows = lit(figures("Q01", {"2023-Q3": 20.0, "2023-Q4": 15.9, "2024-Q4": 20.0}))
    assert [row["target"] for row in rows] == ["T_Q01", "P_lanzhou_gdp_growth_target_2023", "T_Q01"]
    assert colours(rows) == ["not_after_base", "red", "not_after_base"]
    assert colours(lit(figures("Q01", {"2023-Q4": 16.0}))) == ["green"]
    about = [colours(lit(figures("Q01", {"2023-Q4": value}, "nansha")))[0] for value in (10.0, 9.6, 9.4, 4.3)]
    assert about == ["green", "approximate", "red", "red"]


def test_a_real_plan_does_not_judge_simulated_figures():
    targets = targets_in_force(PACK, log(), as_of=AS_OF, with_plans=False)
    assert not targets["target"].drop_nulls().str.starts_with("P_").any()


def test_the_last_target_set_holds_and_a_later_one_is_not_yet_known():
    events = log(moved("L03", value="20"), moved("L03", value="14"))
    row = lit(figures("L03", {"2021": 10.0, "2023": 11.6}), events)[1]
    assert (row["goal"], row["expected"]) == pytest.approx((14, 11.6))
    before = targets_in_force(PACK, events, as_of=dt.date(2025, 12, 31))
    assert before.filter(pl.col("target") == "T_L03")["base_year"].unique().to_list() == [2025]


def test_a_target_set_for_one_area_moves_that_area_alone():
    events = log(moved("L03", area="nansha", value="20"))
    targets = targets_in_force(PACK, events, as_of=AS_OF).filter(pl.col("target") == "T_L03")
    assert targets.filter(pl.col("stated").is_not_null())["area"].to_list() == ["nansha"]
    assert targets.filter(pl.col("area") == "nansha")["base_year"].to_list() == [2021]


def test_of_a_target_for_all_and_one_for_an_area_the_later_holds():
    for_all, for_one = moved("L03", value="14"), moved("L03", area="nansha", value="20")
    for events, stated in ((log(for_all, for_one), 20.0), (log(for_one, for_all), 14.0)):
        targets = targets_in_force(PACK, events, as_of=AS_OF).filter(pl.col("target") == "T_L03")
        assert targets.filter(pl.col("area") == "nansha")["stated"].to_list() == [stated]
        assert targets.filter(pl.col("area") == "pudong")["stated"].to_list() == [14.0]


def test_an_override_stands_beside_the_computed_lamp():
    override = {"indicator": "L03", "area": "lanzhou", "period": "2023", "lamp": "yellow", "reason": "flood"}
    events = log(moved("L03"), ("lamp.overridden", override))
    frame = lamps(
        PACK,
        figures("L03", {"2021": 10.0, "2023": 5.0}),
        targets_in_force(PACK, events, as_of=AS_OF),
        as_of=AS_OF,
        events=events,
    )
    row = frame.row(1, named=True)
    assert (row["lamp"], row["override"], row["override_reason"], row["override_event"]) == (
        "red",
        "yellow",
        "flood",
        2,
    )
    assert frame.select(shown_lamp()).to_series().to_list() == ["grey", "yellow"]


VALUES = st.floats(-50, 200, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(VALUES, VALUES, VALUES, st.sampled_from(["L03", "G01", "N06", "L06", "B01", "Q01"]))
def test_a_better_value_is_never_a_worse_lamp(base, worse, better, indicator):
    """Monotone: on the better side of a value the lamp is at least as good; grey does not depend on the value."""
    sense = parse_direction(PACK.indicators[indicator]).sense
    worse, better = sorted((worse, better), reverse=sense < 0)
    suffix = "-Q4" if indicator in {"B01", "Q01"} else ""
    past = {f"{year}{suffix}": base + year - 2021 for year in range(2021, 2025)}
    order = {"red": 0, "yellow": 1, "green": 2, "grey": -1}
    found = [
        lit(figures(indicator, {**past, f"2025{suffix}": value}), log(moved(indicator)))[-1]["lamp"]
        for value in (worse, better)
    ]
    if "grey" in found:
        assert set(found) <= {"grey", "red"}
    else:
        assert order[found[0]] <= order[found[1]]


@settings(max_examples=30, deadline=None)
@given(st.randoms())
def test_the_order_of_figures_changes_no_lamp(random):
    frame = pl.concat([figures("L03", {"2021": 10.0, "2022": 10.5, "2023": 10.9}, area) for area in PACK.areas])
    events = log(moved("L03"))
    targets = targets_in_force(PACK, events, as_of=AS_OF)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=random.randrange(1000))
    key = ["indicator", "area", "period"]
    straight, mixed = (lamps(PACK, f, targets, as_of=AS_OF, events=events).sort(key) for f in (frame, shuffled))
    assert straight.equals(mixed)


def test_value_rules_and_bands_are_read_from_the_words_of_the_pack():
    assert value_rule(PACK.targets["T_L03"], PACK) == ValueRule("way", 0.25, 5)
    assert value_rule(PACK.targets["T_G01"], PACK) == ValueRule("way", 0.25, 5)
    assert value_rule(PACK.targets["T_N06"], PACK) == ValueRule("logistic", 1.0, 3)
    assert value_rule(PACK.targets["T_Q01"], PACK) == ValueRule("mean", years=5)
    assert value_rule(PACK.targets["T_B01"], PACK) == ValueRule("limit")
    assert value_rule(PACK.targets["P_pudong_gdp_growth_target_2021"], PACK) == ValueRule("value")
    assert band(PACK.targets["T_L03"], PACK) == Band(0.1, 0.2)
    assert band(PACK.targets["P_pudong_gdp_growth_target_2021"], PACK) is None


@pytest.mark.parametrize("change", [{"value_rule": "as good as can be"}, {"band": "10 %"}])
def test_words_that_are_no_rule_are_refused_with_file_and_line(change):
    target = msgspec.structs.replace(PACK.targets["T_L03"], **change)
    read = value_rule if "value_rule" in change else band
    with pytest.raises(Refused) as refusal:
        read(target, PACK)
    problem = refusal.value.problems[0]
    assert problem.code == "XQ-MONITORING-001"
    assert (problem.where.file, problem.where.line is not None) == ("targets.yaml", True)
    assert problem.why.zh
    assert problem.fix.en


def test_directions_of_all_indicators_are_read_and_others_refused():
    assert all(parse_direction(indicator) for indicator in PACK.indicators.values())
    assert parse_direction(PACK.indicators["L01"]) == Direction(-1, is_bound=True, item="xa4_dev_cap")
    assert parse_direction(PACK.indicators["L06"]) == Direction(1, is_bound=True, parameter="supply_rate_5y_min")
    assert parse_direction(PACK.indicators["G04"]) == Direction(1, number=100)
    with pytest.raises(Refused) as refusal:
        parse_direction(msgspec.structs.replace(PACK.indicators["L01"], direction="up"))
    assert refusal.value.problems[0].code == "XQ-MONITORING-002"


def test_all_lamps_of_six_years_are_lit_in_one_pass():
    periods = [f"{year}-Q{quarter}" for year in range(2021, 2027) for quarter in range(1, 5)]
    frame = pl.DataFrame({"indicator": list(PACK.indicators)}).join(
        pl.DataFrame({"area": list(PACK.areas)}), how="cross"
    )
    frame = frame.join(pl.DataFrame({"period": periods[:12]}), how="cross").with_columns(
        value=pl.lit(5.0), unknown=pl.lit(None, pl.String)
    )
    events = log(*(moved(indicator) for indicator in PACK.indicators))
    targets = targets_in_force(PACK, events, as_of=AS_OF)
    result = lamps(PACK, frame, targets, as_of=AS_OF, events=events)
    assert len(result) == len(frame)
