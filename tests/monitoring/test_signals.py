"""Signals: chances by hand, honest nations raise hardly any, doctored ones are found, and the shown rates are of this code."""

import itertools
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.monitoring.signals import patterns
from xinqu.monitoring.signals.chance import at_least, holm
from xinqu.monitoring.signals.rates import code_sha256, measured
from xinqu.policy.load import load_pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import AS_OF, generate

PACK = load_pack()
SETTINGS = patterns.settings_on(PACK, AS_OF)

# hits, trials, share, chance: from the binomial coefficients by hand
CHANCES = [(8, 10, 0.5, 56 / 1024), (10, 10, 0.5, 1 / 1024), (0, 5, 0.2, 1.0), (2, 2, 0.2, 0.04), (3, 2, 0.5, 0.0)]


@pytest.mark.parametrize(("hits", "trials", "share", "chance"), CHANCES)
def test_chances_are_those_of_the_binomial(hits, trials, share, chance):
    assert at_least(hits, trials, share) == pytest.approx(chance)


@given(st.integers(1, 200), st.floats(0.01, 0.99))
def test_more_hits_are_never_likelier(trials, share):
    chances = [at_least(hits, trials, share) for hits in range(trials + 2)]
    assert all(0 <= later <= earlier + 1e-12 for earlier, later in itertools.pairwise(chances))


def test_ten_thousand_trials_neither_overflow_nor_underflow():
    assert math.isclose(at_least(5_000, 10_000, 0.5), 0.5, abs_tol=0.005)
    assert 0 < at_least(2_600, 10_000, 0.2) < 1e-40


def test_corrected_chances_follow_holm():
    """By hand: 0.01 x 3, then max(0.03, 0.02 x 2), then max(0.04, 0.04 x 1)."""
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])


@pytest.fixture(scope="module")
def nation():
    return generate(PACK, 12)


@pytest.fixture(scope="module")
def facts(nation):
    return facts_of(PACK, nation.forms, nation.returns, nation.states)


def test_an_honest_nation_raises_nothing_by_its_values(nation, facts):
    every = nation.returns.filter(pl.col("sub_unit") == "").select("form", "area", "period")
    assert not patterns.round_digits(PACK, facts, SETTINGS)["raised"].any()
    assert patterns.copied(PACK, facts, SETTINGS).is_empty()
    assert patterns.last_minute_copies(PACK, facts, every, SETTINGS).is_empty()


def test_a_copied_return_names_the_other_area(nation, facts):
    frame = facts["xm1"]
    last = frame["period"].max()
    head = ["area", "sub_unit", "period", "submission", "event"]
    place = (pl.col("area") == "lanzhou") & (pl.col("sub_unit") == "") & (pl.col("period") == last)
    other = frame.filter(area="guian", sub_unit="", period=last).drop(head)
    copy = pl.concat([frame.filter(place).select(head), other], how="horizontal")
    found = patterns.copied(
        PACK, facts | {"xm1": pl.concat([frame.filter(~place), copy.select(frame.columns)])}, SETTINGS
    )
    assert set(found.select("area", "form", "period", "other").rows()) == {
        ("guian", "xm1", last, "lanzhou"), ("lanzhou", "xm1", last, "guian"),
    }  # fmt: skip


def test_figures_just_above_a_target_are_seen_and_those_around_it_are_not():
    def found(values):
        figures = pl.DataFrame({"indicator": "Q01", "area": "lanzhou", "period": "2025", "value": values})
        targets = pl.DataFrame({"indicator": ["Q01"], "area": ["lanzhou"], "stated": [100.0], "sense": [1]})
        return patterns.bunching(figures, targets, SETTINGS)

    assert found([100.5] * 12)["raised"].to_list() == [True]
    assert found([99.5, 100.5] * 6)["raised"].to_list() == [False]
    assert found([100.5] * 3).is_empty()  # fewer than are worth a test
    assert found([150.0] * 12).is_empty()  # nowhere near


def test_revisions_that_only_go_up_are_seen():
    up = pl.DataFrame({"area": "lanzhou", "revision": [1.0, 2.0] * 6})
    assert patterns.upward_revisions(up, SETTINGS)["raised"].to_list() == [True]
    both = up.with_columns(pl.col("revision") * pl.Series([1, -1] * 6))
    assert patterns.upward_revisions(both, SETTINGS)["raised"].to_list() == [False]


def test_a_pack_without_settings_looks_at_nothing():
    assert patterns.settings_on(load_pack(), AS_OF.replace(year=1990)) is None


def test_the_rates_shown_are_those_of_this_code():
    """`xinqu bench signals --write` measures them again after a change."""
    assert measured().code == code_sha256()
    assert set(measured().false_alarms) == set(measured().detected) == set(patterns.KINDS)
    assert max(measured().false_alarms.values()) <= SETTINGS.level
