"""Released growth beside the growth of the levels: the published case of Nansha, and what is known of each difference."""

import pytest

from example_facts import made, pack
from xinqu.cli.main import main
from xinqu.indicators.released_growth import COLUMNS, compare_growth
from xinqu.spine.snapshot import take
from xinqu.vocabulary.origin import Realm


def invested(now: float, growth: object, *, before: object = 1000, half: str = "0", scope: str = "S4", revised=()):
    """Fixed-asset investment of Lanzhou: growth and level are both at current prices."""
    facts = {
        "xm1": made("xm1", [
            {"area": "lanzhou", "period": "2024-12", "xm1_fai": before, "xm1_fai_growth": "missing", "scope": scope},
            {"area": "lanzhou", "period": "2025-12", "xm1_fai": now, "xm1_fai_growth": growth, "half": half},
        ])
    }  # fmt: skip
    (row,) = compare_growth(pack(), facts, "xm1", revised=revised).iter_rows(named=True)
    return row


def test_nansha_2023_as_published(published_workspace):
    """Released 4.3 (constant prices), levels 2252.58 and 2323.54 yi yuan: 3.15 (tests/data/real_checks.csv)."""
    facts = take(published_workspace, Realm.PUBLISHED).facts
    for form, period in (("xq1", "2023-Q4"), ("xa1", "2023")):
        found = compare_growth(pack(), facts, form)
        row = found.filter(area="nansha", period=period).row(0, named=True)
        assert row["released_pct"] == 4.3
        assert round(row["implied_pct"], 2) == 3.15
        assert round(row["gap_points"], 2) == 1.15
        assert row["rounding_points"] == pytest.approx(0.05, abs=0.001)  # far below the gap
        assert (row["verdict"], row["reasons"]) == ("may_differ", ["prices"])
        assert round(row["implied_price_pct"], 2) == -1.10  # (1.0315 / 1.043 - 1): prices would have fallen


def test_the_command_shows_growth_and_single_periods(published_workspace, capsys):
    shared = ("--dir", str(published_workspace.dir), "--realm", "published", "--area", "nansha", "--format", "csv")
    assert main(["figures", "--growth", "xa1", "--period", "2023", *shared]) == 0
    assert "may_differ" in capsys.readouterr().out
    assert main(["figures", "--singles", "xq1", *shared]) == 0
    assert "first_month" in capsys.readouterr().out
    assert main(["figures", "--singles", "xq1", "--length", "half_year", *shared]) == 0
    assert "2025-Q1" not in capsys.readouterr().out  # a first quarter ends no half-year
    assert main(["figures", "--growth", "xz9", *shared]) == 1
    assert "XQ-RETURN-011" in capsys.readouterr().err


def test_growth_within_rounding_agrees():
    row = invested(1043, 4.3)
    assert (row["verdict"], row["reasons"], row["implied_price_pct"]) == ("agrees", [], None)
    # levels 1000 and 1044 give 4.4; half a unit in the last digit of both growth (0.05) and level (0.05) bridges 0.1
    assert invested(1044, 4.3, half="0.05")["verdict"] == "flagged"
    assert invested(1043.4, 4.3, half="0.05")["verdict"] == "agrees"


def test_a_difference_without_a_known_reason_is_flagged():
    row = invested(1100, 4.3)
    assert (row["verdict"], row["reasons"]) == ("flagged", [])
    assert row["gap_points"] == pytest.approx(-5.7)


def test_a_revised_base_is_a_known_reason():
    row = invested(1100, 4.3, revised=[("lanzhou", "2024-12")])
    assert (row["verdict"], row["reasons"]) == ("may_differ", ["revised_base"])
    assert invested(1100, 4.3, revised=[("lanzhou", "2025-12")])["verdict"] == "flagged"


def test_levels_of_other_territory_or_missing_imply_nothing():
    moved = invested(1100, 4.3, scope="S2")
    assert (moved["verdict"], moved["reasons"], moved["implied_pct"]) == ("unknown", ["series_break"], None)
    absent = invested(1100, 4.3, before="missing")
    assert (absent["verdict"], absent["reasons"]) == ("unknown", ["missing"])


def test_a_form_without_released_growth_compares_nothing():
    assert compare_growth(pack(), {}, "xm2").is_empty()
    assert tuple(compare_growth(pack(), {}, "xq1").columns) == COLUMNS
