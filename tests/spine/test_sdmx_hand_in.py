"""SDMX messages go through the door of hand-ins: the same identity, the same refusals, nothing half-stored."""

import datetime as dt
import os
from pathlib import Path

import pytest

import cast
import hands
from hands import submit, upload
from xinqu.cli.main import main
from xinqu.returns.read import read_return
from xinqu.returns.sdmx_write import Return, write_csv, write_ml
from xinqu.returns.upload import is_sdmx
from xinqu.spine import closing, log
from xinqu.spine.hand_in import Upload
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Refused

PACK = cast.pack()
PREPARED = dt.datetime(2026, 4, 10, 8, tzinfo=dt.UTC)
SHARED = Path(os.environ.get("XINQU_SHARED", Path(__file__).parents[3] / "shared")) / "data/sdmx"


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def document(period: str = "2026-03", **values: str):
    body = upload(period, **values).body
    return read_return(PACK, body, "x.csv", as_of=dt.date(2026, 5, 1), origin=Origin.SIMULATED)


def message(*documents, kind: str = "csv") -> Upload:
    returns = [Return.of(one) for one in documents]
    body = write_csv(PACK, returns) if kind == "csv" else write_ml(PACK, returns, prepared=PREPARED, message_id="T")
    return Upload(f"xm1.{'csv' if kind == 'csv' else 'xml'}", body)


@pytest.mark.parametrize("kind", ["csv", "ml"])
def test_a_message_is_the_same_return_as_the_file(opened, kind):
    (event,) = submit(opened, message(document(), kind=kind))
    assert event.data["content_hash"] == document().content_sha256
    with pytest.raises(Refused, match="XQ-FLOW-004"):
        submit(opened, upload(), day=11)


def test_a_message_of_two_returns_is_two_hand_ins_of_one_upload(opened):
    found = submit(opened, message(document("2026-02"), document()))
    assert [event.data["period"] for event in found] == ["2026-02", "2026-03"]
    assert len({event.data["file_hash"] for event in found}) == 1


def test_one_bad_return_of_a_message_stores_none(opened):
    before = hands.stored(opened)
    with pytest.raises(Refused, match="XQ-RETURN-101"):
        submit(opened, message(document("2026-02"), document(xm1_rev_tax="501")))
    with pytest.raises(Refused, match="XQ-RETURN-109"):
        submit(opened, message(document()), upload())
    assert hands.stored(opened) == before


def test_a_message_for_a_closed_period_is_refused_at_its_own_row(opened):
    closing.lock(opened, hands.REALM, "xm1", Period.parse("2026-03"), account="ndrc.admin", clock=hands.at(5))
    with pytest.raises(Refused, match="XQ-RETURN-023") as caught:
        submit(opened, message(document("2026-02"), document()))
    (problem,) = caught.value.problems
    assert "2026-03" in problem.say("en")
    assert log.events(opened, hands.REALM, types=["return.submitted"]).is_empty()


def test_the_command_takes_a_message(opened, tmp_path, capsys):
    file = tmp_path / "xm1.csv"
    file.write_bytes(message(document("2026-02"), document(xm1_fai_growth="-96")).body)
    where = ["--dir", str(opened.dir), "--realm", "rehearsal", "--lang", "en"]
    assert main(["return", "check", str(file), "--annotated", str(tmp_path), *where]) == 0
    assert (tmp_path / "xm1_xm1_lanzhou_2026-03_checked.xlsx").is_file()
    assert main(["return", "submit", str(file), "--as", hands.FILER, *where]) == 0
    assert "handed in" in capsys.readouterr().out


def test_messages_are_told_from_other_files():
    assert is_sdmx(message(document()).body)
    assert is_sdmx(message(document(), kind="ml").body)
    assert not is_sdmx(upload().body)
    assert not is_sdmx(b"PK\x03\x04")


def samples() -> list[Path]:
    return sorted(path for path in SHARED.rglob("*") if path.suffix in {".xml", ".csv", ".json"})


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sample messages of other agencies are not here")
@pytest.mark.parametrize("path", samples(), ids=lambda path: path.stem)
def test_messages_of_others_are_refused_with_clear_problems(opened, path):
    """Metadata, other agencies' flows and older versions are no return: each says so, in both languages, at the file."""
    before = hands.stored(opened)
    with pytest.raises(Refused) as caught:
        submit(opened, Upload(path.name, path.read_bytes()))
    for problem in caught.value.problems:
        assert problem.code.startswith(("XQ-SDMX-", "XQ-RETURN-"))
        assert problem.what.zh
        assert problem.what.en
        assert problem.fix.zh
        assert problem.fix.en
        assert problem.where.file == path.name
    assert len(caught.value.problems) <= 20
    assert hands.stored(opened) == before
