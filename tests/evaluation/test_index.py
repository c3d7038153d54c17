"""The composite index: hand-worked points and scores, laws of the ranking, coverage, and its speed."""

import datetime as dt
import json
from fractions import Fraction

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.evaluation.index import build_index, scheme_of
from xinqu.evaluation.index.points import cap_points, efficacy_points, minmax_points, points, standard_scores
from xinqu.evaluation.index.score import score
from xinqu.evaluation.index.uncertainty import brackets, rank_areas
from xinqu.policy.load import load_pack
from xinqu.vocabulary.event_frame import LOG_SCHEMA
from xinqu.vocabulary.problem import Refused

PACK = load_pack()
FRAMEWORK = PACK.frameworks["xq_equal_v0"]
SCHEME = scheme_of(FRAMEWORK)
AREAS = list(PACK.areas)
EFFICACY = (60.0, 40.0)
SUFFIX = {"annual": "", "quarterly": "-Q4", "half_year": "-S2", "monthly": "-12"}


def figures_of(values: np.ndarray, year: int = 2025) -> pl.DataFrame:
    """Lay an (areas, indicators) array out as a figures frame; NaN is an unknown figure."""
    rows = [
        (indicator, area, f"{year}{SUFFIX[PACK.indicators[indicator].frequency]}", float(values[a, i]))
        for a, area in enumerate(AREAS)
        for i, indicator in enumerate(SCHEME.indicators)
    ]
    frame = pl.DataFrame(rows, schema=["indicator", "area", "period", "value"], orient="row")
    return frame.with_columns(pl.col("value").fill_nan(None)).with_columns(
        unknown=pl.when(pl.col("value").is_null()).then(pl.lit("missing"))
    )


def caps_of(cap_pct: float, year: int = 2025) -> dict[str, pl.DataFrame]:
    frame = pl.DataFrame({"area": AREAS}).with_columns(
        sub_unit=pl.lit(""), period=pl.lit(str(year)), xa4_dev_cap=pl.lit(cap_pct)
    )
    return {"xa4": frame}


def between_goalposts(share: np.ndarray, cap_pct: float = 50.0) -> np.ndarray:
    """Return values that give ``share`` x 100 points each."""
    low = np.where(np.isnan(SCHEME.low), cap_pct, SCHEME.low)
    high = np.where(np.isnan(SCHEME.high), 0.0, SCHEME.high)
    return low + share * (high - low)


def some_values(seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = rng.uniform(0.2, 0.8, (len(AREAS), 1))
    return between_goalposts(np.clip(level + rng.normal(0, 0.15, (len(AREAS), len(SCHEME.indicators))), 0.02, 0.98))


# case, oracle, value, low, high, points
POINTS = [
    ("Q01 growth of 4.3 %", "framework: 0 to 10, by hand", 4.3, 0, 10, 43.0),
    ("R02 below the lower goalpost", "cut outside", -7.0, -5, 15, 0.0),
    ("O01 above the upper goalpost", "cut outside", 25.0, -10, 20, 100.0),
    ("B01 1.4 working days, less is better", "(5 - 1.4) / (5 - 0.5), by hand", 1.4, 5, 0.5, 80.0),
    ("L05 115 m2 per person, less is better", "middle of 150 and 80", 115.0, 150, 80, 50.0),
]


@pytest.mark.parametrize(("value", "low", "high", "expected"), [c[2:] for c in POINTS], ids=[c[0] for c in POINTS])
def test_points_lie_between_fixed_goalposts(value, low, high, expected):
    assert minmax_points(np.array([value]), np.array([low]), np.array([high]))[0] == pytest.approx(expected)


def test_points_of_a_cap_are_the_share_that_is_left():
    """Framework note: 0 % of the cap left = 0 points; Liangjiang 31.67 % under a cap of 50 % leaves 36.66 %."""
    got = cap_points(np.array([31.67, 50.0, 60.0, 0.0, 10.0]), np.array([50.0, 50.0, 50.0, 50.0, 0.0]))
    assert got[:4] == pytest.approx([36.66, 0, 0, 100])
    assert np.isnan(got[4])


def test_standard_scores_are_oriented_and_centred():
    """More is better in each column: a larger share of the way to the better goalpost is a larger score."""
    share = np.linspace(0.1, 0.9, len(AREAS))[:, None] * np.ones(len(SCHEME.indicators))
    scores = standard_scores(SCHEME, between_goalposts(share), np.full(share.shape, 50.0))
    assert (np.diff(scores, axis=0) > 0).all()
    assert scores.mean(axis=0) == pytest.approx(0)
    assert scores.std(axis=0) == pytest.approx(1)
    level = standard_scores(SCHEME, between_goalposts(np.full(share.shape, 0.5)), np.full(share.shape, 50.0))
    assert level == pytest.approx(0, abs=1e-6)


# domain/oracles.csv W59-W64: value, unacceptable, satisfactory, cut, score
EFFICACY_ORACLES = [
    ("W59", 75, 50, 100, False, 80.0),
    ("W60", 50, 50, 100, False, 60.0),
    ("W61", 100, 50, 100, False, 100.0),
    ("W62", 30, 50, 100, False, 44.0),
    ("W63", 0.5, 0.8, 0.4, False, 90.0),
    ("W64", 30, 50, 100, True, 60.0),
]


@pytest.mark.parametrize(
    ("value", "low", "high", "cut", "expected"), [c[1:] for c in EFFICACY_ORACLES], ids=[c[0] for c in EFFICACY_ORACLES]
)
def test_efficacy_coefficient_gives_its_oracle(value, low, high, cut, expected):
    got = efficacy_points(np.array([value]), np.array([low]), np.array([high]), base=60, span=40, cut=cut)
    assert got[0] == pytest.approx(expected)


def changed(**line: object):
    lines = [msgspec.structs.replace(FRAMEWORK.indicators[0], **line), *FRAMEWORK.indicators[1:]]
    return msgspec.structs.replace(FRAMEWORK, indicators=lines)


@pytest.mark.parametrize(
    ("framework", "code"),
    [
        (changed(goalpost_lo="5", goalpost_hi="5"), "XQ-EVALUATION-002"),  # W65: equal goalposts, no silent 60
        (changed(goalpost_lo="10", goalpost_hi="0"), "XQ-EVALUATION-002"),
        (changed(goalpost_hi=""), "XQ-EVALUATION-002"),
        (changed(weight="1/27"), "XQ-EVALUATION-001"),
        (changed(normalisation="guess"), "XQ-EVALUATION-003"),
    ],
)
def test_a_framework_that_cannot_be_computed_is_refused(framework, code):
    with pytest.raises(Refused) as refusal:
        scheme_of(framework)
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert all(p.what.zh and p.what.en and p.fix.zh and p.why.en and p.where.say() for p in refusal.value.problems)


def test_weights_are_exact_and_pillars_weigh_the_same():
    assert sum(SCHEME.weights) == 1
    assert {SCHEME.pillar_weight(n) for n in range(len(SCHEME.pillars))} == {Fraction(1, 7)}
    assert all(sum(SCHEME.inner_weights(n)) == 1 for n in range(len(SCHEME.pillars)))


def test_a_score_worked_by_hand():
    """All indicators at 40 points but Q01 at 100: (100 + 3 x 40) / 4 = 55 in one pillar of seven, 40 in the others."""
    share = np.full((len(AREAS), len(SCHEME.indicators)), 0.4)
    share[0, SCHEME.indicators.index("Q01")] = 1.0
    result = build_index(PACK, figures_of(between_goalposts(share)), 2025, seed=1, draws=50, facts=caps_of(50.0))
    first = result.scores.row(0, named=True)
    assert first["area"] == AREAS[0]
    assert first["score"] == pytest.approx((55 + 6 * 40) / 7)
    contributions = result.pillars.filter(pl.col("area") == AREAS[0])["contribution"]
    assert contributions.sum() == pytest.approx(first["score"])
    others = result.scores.slice(1)
    assert others["rank"].unique().to_list() == [2]  # eighteen equal areas share a rank and a bracket
    assert others["bracket"].n_unique() == 1


def test_an_area_without_a_cap_says_so_and_is_scored_with_the_rest():
    result = build_index(PACK, figures_of(some_values()), 2025, seed=1, draws=50)
    reasons = result.indicators.filter(pl.col("indicator") == "L01")["reason"].unique().to_list()
    assert reasons == ["no_limit"]
    assert result.scores["renormalised"].to_list() == [["intensive_land_use"]] * len(AREAS)
    assert result.scores["missing"].to_list() == [["L01"]] * len(AREAS)


def test_weights_are_renormalised_inside_the_pillar_only():
    values = some_values()
    gone = SCHEME.indicators.index("N01")
    values[3, gone] = np.nan
    nominal = points(SCHEME, values, np.full(values.shape, 50.0), efficacy=EFFICACY)
    scores = score(SCHEME, nominal, Fraction(2, 3))
    innovation = SCHEME.pillars.index("innovation")
    rest = [n for n in SCHEME.columns(innovation) if n != gone]
    assert scores.pillar[3, innovation] == pytest.approx(nominal[3, rest].mean())
    full = score(SCHEME, np.nan_to_num(nominal, nan=1.0), Fraction(2, 3))
    others = [n for n in range(len(SCHEME.pillars)) if n != innovation]
    assert scores.pillar[3, others] == pytest.approx(full.pillar[3, others])


# N has 6 indicators: 4 of 6 are exactly 2/3 and enough, 3 are not
@pytest.mark.parametrize(("missing", "verdict"), [(2, "scored"), (3, "indeterminate")])
def test_coverage_is_compared_exactly_and_below_it_nothing_is_ranked(missing, verdict):
    values = some_values()
    gone = SCHEME.columns(SCHEME.pillars.index("innovation"))[:missing]
    values[5, gone] = np.nan
    result = build_index(PACK, figures_of(values), 2025, seed=1, draws=50, facts=caps_of(50.0))
    row = result.scores.filter(pl.col("area") == AREAS[5]).row(0, named=True)
    assert row["verdict"] == verdict
    assert row["missing"] == [SCHEME.indicators[n] for n in gone]
    assert (row["rank"] is None) == (verdict == "indeterminate")
    assert (row["short_pillars"] == ["innovation"]) == (verdict == "indeterminate")


def test_no_figures_give_no_ranks_but_the_list_of_what_is_missing():
    """The published realm: too little is published to score any area, and the index says what is missing."""
    empty = pl.DataFrame(schema={"indicator": pl.String, "area": pl.String, "period": pl.String, "value": pl.Float64, "unknown": pl.String})  # fmt: skip
    result = build_index(PACK, empty, 2023, seed=1)
    assert result.scores["verdict"].unique().to_list() == ["indeterminate"]
    assert result.scores["missing"].list.len().unique().to_list() == [len(SCHEME.indicators)]
    assert result.ahead.is_empty()


def test_the_last_period_of_the_year_counts():
    values = some_values()
    late = figures_of(values)
    early = late.filter(pl.col("indicator") == "Q01").with_columns(period=pl.lit("2025-Q3"), value=pl.lit(99.0))
    result = build_index(PACK, pl.concat([early, late]), 2025, seed=1, draws=50, facts=caps_of(50.0))
    q01 = result.indicators.filter(pl.col("indicator") == "Q01")
    assert q01["period"].unique().to_list() == ["2025-Q4"]
    assert 99.0 not in q01["value"].to_list()


def test_a_year_before_any_framework_is_refused_and_a_parameter_must_be_in_force():
    figures = figures_of(some_values())
    with pytest.raises(Refused) as early:
        build_index(PACK, figures, 2018, seed=1)
    with pytest.raises(Refused) as unnamed:
        build_index(PACK, figures, 2025, seed=1, framework="xq_guess")
    later = msgspec.structs.replace(FRAMEWORK, valid_from=dt.date(2010, 1, 1))
    with pytest.raises(Refused) as undated:
        build_index(msgspec.structs.replace(PACK, frameworks={later.id: later}), figures, 2015, seed=1)
    codes = [refusal.value.problems[0].code for refusal in (early, unnamed, undated)]
    assert codes == ["XQ-EVALUATION-004", "XQ-EVALUATION-004", "XQ-EVALUATION-005"]


def test_a_framework_is_trial_until_adopted():
    figures = figures_of(some_values())
    log = pl.DataFrame(
        [
            {
                "seq": 1,
                "type": "framework.adopted",
                "actor": "a",
                "organisation": "ndrc",
                "effective_on": dt.date(2026, 1, 5),
                "data": json.dumps({"scheme": "xq_equal_v0", "valid_from": "2025-01-01"}),
            }
        ],
        schema=LOG_SCHEMA,
    )
    assert build_index(PACK, figures, 2025, seed=1, draws=5).status == "trial"
    assert build_index(PACK, figures, 2025, seed=1, draws=5, events=log).status == "adopted"


def test_the_same_seed_gives_the_same_result_and_another_seed_another():
    figures = figures_of(some_values())
    first, again = (build_index(PACK, figures, 2025, seed=3, facts=caps_of(50.0)) for _ in range(2))
    assert first.scores.equals(again.scores)
    assert first.ahead.equals(again.ahead)
    assert not first.ahead.equals(build_index(PACK, figures, 2025, seed=4, facts=caps_of(50.0)).ahead)


def test_the_order_of_rows_changes_nothing():
    figures = figures_of(some_values())
    result = build_index(PACK, figures, 2025, seed=3, facts=caps_of(50.0))
    shuffled = build_index(PACK, figures.sample(fraction=1, shuffle=True, seed=9), 2025, seed=3, facts=caps_of(50.0))
    assert result.scores.equals(shuffled.scores)
    assert result.ahead.equals(shuffled.ahead)


def ranking_of(values: np.ndarray, seed: int = 5, draws: int = 200):
    caps = np.full(values.shape, 50.0)
    nominal = points(SCHEME, values, caps, efficacy=EFFICACY)
    total = score(SCHEME, nominal, Fraction(2, 3)).total
    variants = np.stack([nominal, standard_scores(SCHEME, values, caps)])
    return total, rank_areas(SCHEME, total, variants, draws=draws, seed=seed)


def test_areas_in_another_order_get_the_same_ranks():
    values = some_values()
    order = np.random.default_rng(0).permutation(len(AREAS))
    _, ranking = ranking_of(values)
    _, permuted = ranking_of(values[order])
    assert (ranking.low[order] == permuted.low).all()
    assert (ranking.high[order] == permuted.high).all()
    assert np.allclose(ranking.ahead[np.ix_(order, order)], permuted.ahead, equal_nan=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, len(SCHEME.indicators) - 1), st.floats(0.001, 0.5))
def test_a_better_value_never_lowers_a_score(seed, column, gain):
    """Monotone in every indicator: more of a positive one, less of a negative one, more of a cap left."""
    values = some_values(seed)
    better = values.copy()
    high = 0.0 if np.isnan(SCHEME.high[column]) else SCHEME.high[column]
    better[0, column] += gain * (high - better[0, column])
    caps = np.full(values.shape, 50.0)
    before, after = (
        score(SCHEME, points(SCHEME, v, caps, efficacy=EFFICACY), Fraction(2, 3)).total for v in (values, better)
    )
    assert after[0] >= before[0]
    assert (after[1:] == before[1:]).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_an_interval_holds_the_nominal_rank_and_brackets_claim_only_what_is_sure(seed):
    total, ranking = ranking_of(some_values(seed), seed=seed)
    assert ((ranking.low <= ranking.rank) & (ranking.rank <= ranking.high)).all()
    off = ~np.eye(len(AREAS), dtype=bool)
    assert np.allclose((ranking.ahead + ranking.ahead.T)[off], 1)
    groups = brackets(np.argsort(-total, kind="stable"), ranking.ahead)
    for a in range(len(AREAS)):
        for b in range(len(AREAS)):
            assert groups[a] >= groups[b] or ranking.ahead[a, b] >= 0.95


def test_an_area_better_in_everything_is_ahead_in_every_draw():
    share = np.full((len(AREAS), len(SCHEME.indicators)), 0.4)
    share[2] = 0.6
    _, ranking = ranking_of(between_goalposts(share))
    assert (np.delete(ranking.ahead[2], 2) == 1).all()
    assert (ranking.low[2], ranking.high[2]) == (1, 1)


def test_peer_groups_merge_centre_and_west_and_leave_the_north_east_open():
    """DOMAIN f: E 8, C 2 + W 6, NE 3; fewer than five peers besides the area itself give no peer rank."""
    scores = build_index(PACK, figures_of(some_values()), 2025, seed=1, facts=caps_of(50.0)).scores
    by_group = scores.group_by("peer_group").agg(pl.len(), pl.col("peer_rank_low").null_count().alias("open"))
    assert sorted(by_group.rows()) == [("CW", 8, 0), ("E", 8, 0), ("NE", 3, 3)]
    assert scores.filter(pl.col("peer_group") == "NE")["peer_reason"].unique().to_list() == ["too_few_peers"]
    assert scores["peer_rank_high"].max() == 8
