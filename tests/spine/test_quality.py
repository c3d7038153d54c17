"""The quality report is counted from the log: by hand for one return that came in late and was sent back once."""

import polars as pl
import pytest

import hands
from xinqu.spine import quality, reports
from xinqu.spine.snapshot import take


@pytest.fixture
def opened(tmp_path):
    made = hands.workspace(tmp_path / "workspace")
    hands.submit(made, hands.upload(xm1_output="9001"), day=15, explained=True)
    hands.act(made, "return.sent_back", hands.CHECKER, day=15, reason="check it", findings="xm1_r01")
    hands.accept(made, hands.upload(), day=19)
    return made


def test_time_values_and_validation_are_counted_from_the_events(opened):
    found = quality.measure(take(opened, hands.REALM))
    # due on 17 April; filed first on the 16th, sent back once, accepted on the 20th, 4 days later
    mine = found.by_area.row(by_predicate=pl.col("area") == "lanzhou", named=True)
    assert (mine["on_time"], mine["sent_back_per_return"]) == (1, 1.0)
    assert (mine["days_to_file"], mine["days_to_accept"]) == (16, 4.0)
    values = found.values.row(0, named=True)
    form = take(opened, hands.REALM).pack.forms["xm1"]
    assert (values["form"], values["returns"], values["reported"]) == ("xm1", 1, len(hands.VALUES))
    assert values["due"] == len(form.items)
    assert values["estimated"] == 0
    submitted = take(opened, hands.REALM).submissions
    assert (values["first_event"], values["last_event"]) == (
        submitted["submitted_event"][-1], submitted["accepted_event"][-1],
    )  # fmt: skip
    checks = found.validation.row(0, named=True)
    assert checks["pass_rate"] == checks["holds"] / (checks["holds"] + checks["fails"])


def test_the_same_vintage_gives_the_same_report_in_both_languages(opened):
    snapshot = take(opened, hands.REALM)
    first, again = (reports.build(snapshot, "quality", lang="en") for _ in range(2))
    assert (first.model, first.pdf) == (again.model, again.pdf)
    assert "不得用于正式报告" in reports.build(snapshot, "quality", lang="zh").html.decode()
