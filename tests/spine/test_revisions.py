"""Releases of figures in a workspace where returns were corrected: each is what the snapshot of its vintage holds."""

import polars as pl
import pytest

import hands
from hands import accept, upload
from xinqu.cli.main import main
from xinqu.indicators.revisions import revision_statistics
from xinqu.spine.revisions import releases_of, revised_returns
from xinqu.spine.snapshot import take
from xinqu.spine.steps import Key
from xinqu.spine.workspace import Workspace

YEAR_BEFORE = Key("xm1", "lanzhou", "2025-03")


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Workspace:
    """2025-03, 2026-03, two corrections of 2026-03 (the second back to the first in R02), one of 2025-03."""
    made = hands.workspace(tmp_path_factory.mktemp("revisions") / "workspace")
    accept(made, upload("2025-03"), key=YEAR_BEFORE, day=10)
    accept(made, upload(), day=11)
    accept(made, upload(xm1_iva_growth="5.4", xm1_exports="320", xm1_trade="520"), day=20)
    accept(made, upload(xm1_exports="320", xm1_trade="520"), day=25)
    accept(made, upload("2025-03", xm1_exports="200", xm1_trade="400"), key=YEAR_BEFORE, day=30)
    return made


def test_releases_follow_the_corrections(opened):
    released = releases_of(take(opened, hands.REALM), indicators=["R02", "O01"], areas=["lanzhou"], periods=["2026-03"])
    rows = released.select("indicator", "release", "value", pl.col("known_on").cast(pl.String)).rows()
    assert rows == [
        ("O01", 1, pytest.approx(0.0), "2026-04-12"),  # 500 against 500
        ("O01", 2, pytest.approx(4.0), "2026-04-21"),  # 520 against 500
        ("O01", 3, pytest.approx(30.0), "2026-05-01"),  # 520 against 400: the return of the year before was corrected
        ("R02", 1, 5.1, "2026-04-12"),
        ("R02", 2, 5.4, "2026-04-21"),
        ("R02", 3, 5.1, "2026-04-26"),
    ]


def test_each_release_is_the_figure_of_the_snapshot_at_its_event(opened):
    released = releases_of(take(opened, hands.REALM), indicators=["R02", "O01", "O02"])
    assert released["release"].max() == 3
    for row in released.iter_rows(named=True):
        figures = take(opened, hands.REALM, row["event"]).figures
        then = figures.filter(indicator=row["indicator"], area=row["area"], period=row["period"])
        assert then["value"].to_list() == [row["value"]]


def test_no_vintage_holds_a_value_that_is_no_release(opened):
    """The whole log walked event by event gives the same releases."""
    released = releases_of(take(opened, hands.REALM), indicators=["R02", "O01"])
    last = take(opened, hands.REALM).vintage
    accepted = take(opened, hands.REALM).submissions["accepted_event"].drop_nulls().to_list()
    for vintage in [*accepted, last]:
        known = take(opened, hands.REALM, vintage).figures.filter(
            pl.col("indicator").is_in(["R02", "O01"]) & pl.col("value").is_not_null()
        )
        for row in known.iter_rows(named=True):
            mine = released.filter(indicator=row["indicator"], area=row["area"], period=row["period"])
            assert mine.filter(pl.col("event") <= vintage)["value"][-1] == row["value"]


def test_an_earlier_vintage_knows_only_its_own_revisions(opened):
    accepted = sorted(take(opened, hands.REALM).submissions["accepted_event"].drop_nulls().to_list())
    assert releases_of(take(opened, hands.REALM, accepted[1]))["release"].max() == 1


def test_returns_that_were_replaced_are_named(opened):
    assert sorted(revised_returns(take(opened, hands.REALM), "xm1")) == [("lanzhou", "2025-03"), ("lanzhou", "2026-03")]


def test_statistics_of_the_workspace(opened):
    """O01 of lanzhou: one figure, 0 to 30; R02: two figures, both back where they began."""
    found = revision_statistics(releases_of(take(opened, hands.REALM), indicators=["R02", "O01"]))
    rows = found.select("indicator", "figures", "revised", "mean_revision").rows()
    assert rows == [("O01", 1, 1, pytest.approx(30.0)), ("R02", 2, 0, 0.0)]


def test_the_command_shows_triangle_list_and_statistics(opened, capsys):
    def xinqu(*words: str) -> str:
        assert main(["figures", "--indicator", "R02", "--dir", str(opened.dir), "--realm", "rehearsal", *words]) == 0
        return capsys.readouterr().out

    assert "R02,lanzhou,2026-03,5.1,5.4,5.1" in xinqu("--revisions", "--format", "csv")
    listed = xinqu("--revisions", "list", "--format", "csv").splitlines()
    assert listed[0].endswith("form,version,reason")
    assert [line.rsplit(",", 3)[1:] for line in listed if "2026-03" in line] == [
        ["xm1", "1", ""], ["xm1", "2", "error"], ["xm1", "3", "error"],
    ]  # fmt: skip
    assert "mean_absolute_revision" in xinqu("--revisions", "statistics")
