"""Protected tables from accepted enterprise records: what is written tells nobody, and an opened cell is found out."""

import json

import numpy as np
import polars as pl
import pytest

import cast
import hands
from xinqu.cli.main import main
from xinqu.returns.record_bulk import build_record_documents
from xinqu.spine.disclosure import released_tables
from xinqu.spine.returns import record
from xinqu.spine.scripted import full_course
from xinqu.spine.snapshot import take
from xinqu.spine.workspace import Workspace

YEAR = "2025"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(number: int) -> str:
    """Return a credit code with its check character (GB 32100-2015: weights 3^i mod 31)."""
    body = f"91110108{number:09d}"
    rest = sum(ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body)) % 31
    return body + ALPHABET[(31 - rest) % 31]


def enterprises(areas=("lanzhou", "nansha", "pudong"), each=12) -> pl.DataFrame:
    dice, rows = np.random.default_rng(5), []
    for area in areas:
        for number in range(each):
            output = float(np.round(dice.lognormal(9, 1.2), 2))
            rows.append({
                "area": area, "period": YEAR, "xr1_uscc": uscc(len(rows)), "xr1_name": f"企业{len(rows)}",
                "xr1_industry": str(dice.choice(["C", "I", "M"], p=[0.6, 0.2, 0.2])),
                "xr1_scale": "above" if output > 4_000 else "below", "xr1_status": "operating",
                "xr1_registered_on": "2015-05-04", "xr1_land": 120.0, "xr1_land_built": 100.0, "xr1_output": output,
                "xr1_revenue": output, "xr1_cost": output * 0.75, "xr1_profit": output * 0.1, "xr1_value_added": output * 0.25,
                "xr1_wage": output * 0.1, "xr1_tax": output * 0.05, "xr1_exports": 0.0,
                "xr1_employees": float(20 + number), "xr1_rd": output * 0.02, "xr1_energy": output,
                "xr1_electricity": output / 10, "xr1_invest_cum": output, "xr1_inventions": float(number),
                "xr1_foreign_share": 0.0,
            })  # fmt: skip
    return pl.DataFrame(rows)


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Workspace:
    workspace = hands.workspace(tmp_path_factory.mktemp("disclosure") / "workspace")
    documents = build_record_documents(cast.pack(), cast.pack().forms["xr1"], enterprises(), scope="S1")
    record(workspace, cast.pack(), hands.REALM, full_course(cast.pack(), documents), clock=hands.at(30))
    return workspace


def run(opened: Workspace, *words: str) -> int:
    return main(["--dir", str(opened.dir), "--realm", "rehearsal", "--lang", "en", "disclosure", *words])


def test_all_tables_of_the_pack_are_protected_together_by_measure(opened):
    found = released_tables(take(opened, hands.REALM), YEAR)
    assert {one.measure.code: [table.id for table in one.tables] for one in found}["xr1_output"] == [
        "ent_output_by_industry", "ent_output_by_scale",
    ]  # fmt: skip
    assert all(one.protected.holds for one in found)
    assert all(len(one.without_return) == 16 for one in found)


def test_what_is_written_names_no_enterprise_and_no_cell_below_three(opened, tmp_path, capsys):
    assert run(opened, "build", "--period", YEAR, "--output", str(tmp_path)) == 0
    capsys.readouterr()
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(f"{table}_{YEAR}.csv" for table in cast.pack().release_tables)
    for path in tmp_path.iterdir():
        frame = pl.read_csv(path)
        assert "911101" not in path.read_text()
        assert frame["contributors"].min() >= 3
        assert (
            frame.filter(pl.col("state") == "suppressed")["value"].null_count()
            == (frame["state"] == "suppressed").sum()
        )
        assert {"area_zh", "area_en", "unit"} <= set(frame.columns)


def test_an_opened_cell_is_found_by_the_audit(opened, tmp_path, capsys):
    run(opened, "build", "--period", YEAR, "--output", str(tmp_path))
    assert run(opened, "audit", str(tmp_path), "--period", YEAR) == 0
    path = tmp_path / f"ent_output_by_industry_{YEAR}.csv"
    frame = pl.read_csv(path, infer_schema=False)
    first = (frame["state"] == "suppressed").arg_true()[0]
    opened_up = frame.with_columns(
        state=frame["state"].scatter(first, "reported"), value=frame["value"].scatter(first, "1.0")
    )
    path.write_text(opened_up.write_csv())
    capsys.readouterr()
    assert run(opened, "audit", str(tmp_path), "--period", YEAR) == 1
    assert "xr1_output" in capsys.readouterr().out


def test_the_audit_file_is_for_those_who_may_read_enterprise_records(opened, tmp_path, capsys):
    words = ["build", "--period", YEAR, "--output", str(tmp_path / "t"), "--audit", str(tmp_path / "audit.json")]
    assert run(opened, *words, "--as", "ndrc.acceptor") == 3
    assert not (tmp_path / "audit.json").exists()
    assert run(opened, *words, "--as", "cnao.auditor") == 0
    audit = json.loads((tmp_path / "audit.json").read_text())
    assert all(group["holds"] and group["attacks"] for group in audit["groups"])
    capsys.readouterr()


def test_a_period_without_records_is_told(opened, tmp_path, capsys):
    assert run(opened, "build", "--period", "2019", "--output", str(tmp_path)) == 1
    assert "XQ-DISCLOSURE-002" in capsys.readouterr().err
