"""Replay finds what no hash covers: a kept figure, fact or row that is not what the objects say; and all that hashes do."""

import shutil
import sqlite3
from pathlib import Path

import polars as pl
import pytest
from django.db import connections

import hands
from hands import upload
from xinqu.cli.main import main
from xinqu.shapes import statistical_return
from xinqu.spine import heads, log
from xinqu.spine.aggregates import aggregates_of, estimates_of, kept_parts
from xinqu.spine.snapshot import take
from xinqu.spine.submissions import submissions_at
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, open_workspace
from xinqu.store import triggers

PARTS = ("findings", "counts", "figures", "lamps", "estimates", "aggregates_nation")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Three accepted returns, the last of them a correction, with every part of the present snapshot kept."""
    made = hands.workspace(tmp_path_factory.mktemp("deep") / "workspace")
    hands.accept(made, upload("2026-02", xm1_output="5000"), key=hands.Key("xm1", "lanzhou", "2026-02"))
    hands.accept(made, upload(), day=12)
    hands.accept(made, upload(xm1_output="9100"), day=14)
    snapshot = take(made, hands.REALM)
    assert snapshot.figures.height
    assert snapshot.lamps.height
    assert snapshot.checked.counts.height
    assert aggregates_of(snapshot, "nation").height
    assert estimates_of(snapshot).height
    connections.close_all()
    return made.dir


@pytest.fixture
def opened(whole, tmp_path) -> Workspace:
    return open_workspace(shutil.copytree(whole, tmp_path / "workspace"))


def said(opened: Workspace, capsys, *words: str) -> str:
    """Return what the command prints when it finds something; it must end with 1."""
    capsys.readouterr()
    assert main(["verify", "--deep", *words, "--dir", str(opened.dir), "--lang", "en"]) == 1
    return capsys.readouterr().err


def flip(path, place: int = -5) -> None:
    body = bytearray(path.read_bytes())
    body[place] ^= 1
    path.write_bytes(body)


def test_an_untouched_workspace_replays_to_the_same(opened, capsys):
    assert main(["verify", "--deep", "--dir", str(opened.dir), "--lang", "en"]) == 0
    assert "0 problems" in capsys.readouterr().out


def test_the_published_realm_replays_to_the_same(published_workspace):
    """Real returns: every upload read again under the pack of its day gives the same rows."""
    snapshot = take(published_workspace, "published")
    assert snapshot.lamps.height
    assert verify(published_workspace, deep=True).problems == []


@pytest.mark.parametrize("kind", ["file_hash", "rows_hash", "cells_hash"])
def test_a_flipped_byte_of_an_object_is_named(opened, capsys, kind):
    name = submissions_at(opened, hands.REALM)[kind][1]
    flip(opened.objects.path(name))
    err = said(opened, capsys)
    assert "XQ-STORE-007" in err
    assert name in err
    if kind != "cells_hash":
        assert "XQ-VERIFY-020" in err  # replay meets it too: the return it belongs to is named
        assert "return/xm1/lanzhou/2026-03 v1" in err


def test_a_flipped_byte_of_a_log_row_is_named(opened, capsys):
    seq = submissions_at(opened, hands.REALM)["accepted_event"][1]
    connections.close_all()
    with sqlite3.connect(opened.dir / "log.sqlite3") as raw:
        raw.execute("DROP TRIGGER event_no_update")
        body = bytearray(raw.execute("SELECT body FROM store_event WHERE seq = ?", [seq]).fetchone()[0])
        body[20] ^= 1
        raw.execute("UPDATE store_event SET body = ? WHERE seq = ?", [bytes(body), seq])
        raw.execute(triggers.SQLITE["event_no_update"])
    raw.close()
    err = said(opened, capsys)
    assert "XQ-VERIFY-002" in err
    assert f"#{seq}" in err


def test_a_trigger_that_was_left_out_is_named(opened, capsys):
    connections.close_all()
    with sqlite3.connect(opened.dir / "log.sqlite3") as raw:
        raw.execute("DROP TRIGGER event_no_update")
    raw.close()
    assert "event_no_update" in said(opened, capsys)


def test_a_changed_kept_figure_is_named(opened, capsys):
    path = take(opened, hands.REALM).part_path("figures")
    frame = pl.read_parquet(path)
    row = frame.with_row_index().filter(pl.col("value").is_not_null())["index"][0]
    changed = pl.when(pl.int_range(pl.len()) == row).then(pl.col("value") + 1e-9).otherwise("value")
    frame.with_columns(changed.alias("value")).write_parquet(path)
    err = said(opened, capsys)
    assert err.count("XQ-VERIFY-020") == 1
    assert "figures" in err
    assert "rehearsal #" in err


@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_part_is_named_and_made_again_when_it_is_asked_for(opened, capsys, part):
    snapshot = take(opened, hands.REALM)
    path = snapshot.part_path(part)
    right = pl.read_parquet(path)
    path.write_bytes(b"PAR1 no longer")
    err = said(opened, capsys)
    assert err.count("XQ-VERIFY-020") == 1
    assert part in err
    again = take(opened, hands.REALM)
    kept = {"findings": lambda: again.findings, "counts": lambda: again.checked.counts,
            "figures": lambda: again.figures, "lamps": lambda: again.lamps, **kept_parts(again)}  # fmt: skip
    assert kept[part]().equals(right)


@pytest.mark.parametrize(
    ("folder", "column", "named"), [("facts", "xm1_output", "facts xm1"), ("compact", "value", "rows xm1")]
)
def test_a_changed_fact_or_row_is_named(opened, capsys, folder, column, named):
    """Figures that are kept still agree with the objects; what the next ones would be made of does not."""
    (path, *_) = sorted(
        (opened.cache_dir / folder / "rehearsal").glob("xm1*.parquet"), key=lambda p: -p.stat().st_mtime
    )
    frame = pl.read_parquet(path)
    if folder == "compact":
        wrong = pl.when(pl.col("item") == "xm1_output").then(pl.lit("1")).otherwise("value")
    else:
        wrong = pl.col(column) + 1
    frame.with_columns(wrong.alias(column)).write_parquet(path)
    err = said(opened, capsys)
    assert named in err
    assert err.count("XQ-VERIFY-020") == 1


def test_a_changed_fold_of_submissions_is_named(opened, capsys):
    (path,) = (opened.cache_dir / "submissions" / "rehearsal").glob(f"{_last_move(opened)}-*.parquet")
    pl.read_parquet(path).with_columns(state=pl.lit("accepted"), errors=pl.lit(0, pl.Int64) + 1).write_parquet(path)
    err = said(opened, capsys)
    assert err.count("XQ-VERIFY-020") >= 1
    assert "submissions" in err


def _last_move(opened: Workspace) -> int:
    return log.last_seq(opened, hands.REALM, statistical_return.MOVES)


def test_without_a_cache_there_is_nothing_to_differ(opened):
    shutil.rmtree(opened.cache_dir)
    opened.cache_dir.mkdir()
    assert verify(opened, deep=True).problems == []


def test_a_cut_tail_is_found_against_a_signed_head(opened, capsys, tmp_path):
    head = tmp_path / "head.json"
    head.write_bytes(heads.sign(opened).to_bytes())
    assert main(["verify", "--deep", "--head", str(head), "--dir", str(opened.dir)]) == 0
    connections.close_all()
    with sqlite3.connect(opened.dir / "log.sqlite3") as raw:
        raw.execute("DROP TRIGGER event_no_delete")
        raw.execute("DELETE FROM store_event WHERE seq > (SELECT MAX(seq) - 5 FROM store_event)")
        raw.execute(triggers.SQLITE["event_no_delete"])
    raw.close()
    assert "XQ-VERIFY-008" in said(opened, capsys, "--head", str(head))
