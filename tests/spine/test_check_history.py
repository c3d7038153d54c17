"""How often checks fire counts everything handed in, sent back too; a trial reads the same and stores nothing."""

import msgspec
import polars as pl
import pytest

import cast
import hands
from xinqu.cli.main import main
from xinqu.spine.check_history import check_history
from xinqu.spine.check_trial import trial
from xinqu.validation.history import by_place, with_rates

FALLS = "xm1_r16"  # output year-to-date falls against the period before
FEBRUARY = hands.Key("xm1", "lanzhou", "2026-02")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """February accepted at 9,000; March first at 8,500 and sent back, then at 9,500 and accepted."""
    opened = hands.workspace(tmp_path_factory.mktemp("history") / "workspace")
    hands.accept(opened, hands.upload("2026-02"), key=FEBRUARY, day=1)
    hands.submit(opened, hands.upload(xm1_output="8500"), day=10)
    hands.act(opened, "return.sent_back", hands.CHECKER, findings=FALLS, reason="lower than February?")
    hands.accept(opened, hands.upload(xm1_output="9500"), day=12)
    return opened


def test_hits_of_what_was_sent_back_count_and_are_told_apart(opened):
    said = check_history(opened, hands.REALM, ["xm1"])
    rate = said.rates.filter(check=FALLS).row(0, named=True)
    assert {name: rate[name] for name in ("judged", "hits", "judged_accepted", "hits_accepted")} == {
        "judged": 3, "hits": 1, "judged_accepted": 2, "hits_accepted": 0,
    }  # fmt: skip
    assert rate["indeterminate"] == 0  # February opens the year: the check lets it be
    assert by_place(said, FALLS).rows() == [("lanzhou", "2026-03", 1, 0)]


def test_a_check_that_nothing_has_broken_is_seen_as_one(opened):
    said = check_history(opened, hands.REALM, ["xm1"])
    listed = with_rates(pl.DataFrame({"check": [FALLS, "xm1_r01", "xq1_r01"]}), said)
    assert listed.select("check", "judged", "hits", "hit_pct").rows() == [
        (FALLS, 3, 1, 33.33), ("xm1_r01", 3, 0, 0.0), ("xq1_r01", 0, 0, None),
    ]  # fmt: skip


def test_a_trial_counts_what_its_check_would_count_and_stores_nothing(opened):
    before = hands.stored(opened)
    tried = trial(opened, hands.REALM, cast.pack().checks[FALLS])
    assert (tried.new.judged, tried.new.hits, tried.new.hits_accepted) == (3, 1, 0)
    assert tried.old == tried.new  # beside itself
    assert (tried.newly_hit, tried.no_longer_hit) == (0, 0)
    assert tried.cases.select("area", "period", "state", "before").rows() == [
        ("lanzhou", "2026-03", "returned", "false")
    ]
    later = msgspec.structs.replace(cast.pack().checks[FALLS], id="xm1_r99", valid_from=cast.pack().info.valid_from)
    assert trial(opened, hands.REALM, later).old is None
    assert hands.stored(opened) == before


def xinqu(opened, *words):
    return main(["check", *words, "--dir", str(opened.dir), "--realm", "rehearsal", "--lang", "en"])


def test_the_command_lists_shows_and_tries(opened, capsys, tmp_path):
    assert xinqu(opened, "list", "--form", "xm1", "--level", "periods", "--format", "csv") == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{FALLS},"))
    assert ",periods,warning,{area}.stat," in line
    assert xinqu(opened, "list", "--form", "xm1", "--never-fired", "--format", "csv") == 0
    silent = capsys.readouterr().out
    assert "\nxm1_r01," in silent
    assert f"\n{FALLS}," not in silent
    assert xinqu(opened, "show", FALLS) == 0
    assert "judged 3, false 1, indeterminate 0; of the accepted 0 of 2 are false" in capsys.readouterr().out
    expression = ("--expression", "xm1_output >= 0 OR prev(xm1_output) > 0")
    assert xinqu(opened, "try", *expression, "--form", "xm1", "--replaces", FALLS) == 0
    assert "0 newly false, 1 no longer false" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("show", "xm1_r999"), 1, "XQ-CHECK-001"),
        (("try", "--expression", "xm1_rev > 0", "--form", "xm9"), 1, "XQ-CHECK-011"),
        (("try", "--expression", "xm1_rev > 0"), 2, "XQ-CHECK-012"),
        (("try",), 2, "XQ-CHECK-012"),
        (("try", "--expression", "xm1_rev >", "--form", "xm1"), 1, "XQ-EXPR-003"),
        (("try", "nowhere.yaml"), 1, "XQ-CLI-004"),
    ],
)
def test_what_cannot_be_shown_or_tried_is_told(opened, capsys, words, exit_code, code):
    assert xinqu(opened, *words) == exit_code
    assert code in capsys.readouterr().err


def test_a_file_without_checks_is_told(opened, capsys, tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("checks: []\n", encoding="utf-8")
    assert xinqu(opened, "try", str(path)) == 1
    assert "XQ-CHECK-013" in capsys.readouterr().err
