"""A form that was exported with its context is judged without a workspace as inside it; a context that was changed is refused."""

import io
import zlib

import openpyxl
import polars as pl
import pytest

from xinqu.cli.main import main
from xinqu.policy.load import load_pack
from xinqu.returns import check_context
from xinqu.returns.bulk import build_documents
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import Header
from xinqu.returns.template import export_workbook
from xinqu.shapes import statistical_return
from xinqu.spine.compact import rows_of
from xinqu.spine.context_export import context_for
from xinqu.spine.hand_in import Upload, examined
from xinqu.spine.offline import examined_offline
from xinqu.spine.submissions import submissions_at
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Refused

PACK = load_pack()
REALM = Realm.REHEARSAL
FORMS = ["xm1", "xm2", "xq1", "xq2", "xh1", "xa1", "xa4", "xa7"]
_SAID = ["form", "area", "sub_unit", "period", "check", "level", "verdict", "items", "values", "reason", "detail"]


def exported(workspace, form_id, area="lanzhou"):
    """Return the area's last accepted return of a form as the workbook it would be filed in, with its context."""
    form = PACK.forms[form_id]
    mine = statistical_return.current(submissions_at(workspace, REALM)).filter(form=form_id, area=area, sub_unit="")
    last = mine.sort(pl.col("period")).tail(1)
    rows = rows_of(workspace, REALM, form_id, last)
    period = last["period"][0]
    reported = rows.filter(pl.col("value").is_not_null()).select(
        "area", "period", "item", "value", "scope", "half_digit"
    )
    document = build_documents(PACK, form, reported)[0]
    context = context_for(workspace, PACK, REALM, form, area=area, period=Period.parse(period))
    body = export_workbook(PACK, form, area=area, period=period, document=document, context=context)
    return context, body


def said(taken):
    return taken.examined.findings.findings.select(_SAID).sort("check")


@pytest.mark.parametrize("form_id", FORMS)
def test_the_same_findings_offline_as_in_the_workspace(demo_workspace, form_id):
    _, body = exported(demo_workspace, form_id)
    upload = Upload("form.xlsx", body)
    inside = examined(demo_workspace, REALM, [upload])
    offline, known = examined_offline(PACK, [upload])
    assert known == {"form.xlsx"}
    assert said(offline).equals(said(inside))
    assert [d.content_sha256 for d in offline.examined.documents] == [
        d.content_sha256 for d in inside.examined.documents
    ]
    assert inside.examined.findings.counts.equals(offline.examined.findings.counts)


def test_peers_come_as_statistics_alone(demo_workspace):
    """Median and deviation of the peer group are shipped; no row of another area is."""
    context, _ = exported(demo_workspace, "xm1")
    assert any(value is not None for name, value in context.peers.items() if not name.endswith("#why"))
    assert set(context.frame()["area"]) == {"lanzhou"}


def test_without_the_context_what_reads_other_periods_is_indeterminate(demo_workspace):
    _, body = exported(demo_workspace, "xm1")
    upload = Upload("form.xlsx", body)
    blind, known = examined_offline(PACK, [upload], realm=REALM, with_context=False)
    assert not known
    unknown = blind.examined.findings.findings.filter(verdict="indeterminate")
    reads = {check: PACK.checks[check].expression for check in unknown["check"] if check in PACK.checks}
    assert any("ly(" in text for text in reads.values())
    assert any("peer_med(" in text for text in reads.values())
    assert set(unknown.filter(pl.col("check").is_in(list(reads)))["reason"]) <= {"missing", "too_few_peers"}


def changed(body, change):
    book = openpyxl.load_workbook(io.BytesIO(body))
    change(book[check_context.CONTEXT_SHEET])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def another_digit(sheet):
    text = sheet["A1"].value
    sheet["A1"] = text[:40] + ("0" if text[40] != "0" else "1") + text[41:]


def another_history(sheet):
    """Somebody who knows the layout changes a value and packs it again, seal left as it was."""
    digits = "".join(row[0].value.removeprefix("x") for row in sheet.iter_rows())
    sealed = zlib.decompress(bytes.fromhex(digits))
    at = sealed.index(b'"reported"')
    again = zlib.compress(sealed[:at] + b'"missing!"' + sealed[at + 10 :]).hex()
    sheet.delete_rows(1, sheet.max_row)
    for row, start in enumerate(range(0, len(again), 32_000), start=1):
        sheet.cell(row, 1, f"x{again[start : start + 32_000]}")


@pytest.mark.parametrize("change", [another_digit, another_history, lambda sheet: sheet.delete_rows(1)])
def test_a_context_that_was_changed_is_refused(demo_workspace, change):
    _, body = exported(demo_workspace, "xm1")
    with pytest.raises(Refused) as caught:
        examined_offline(PACK, [Upload("form.xlsx", changed(body, change))])
    assert [problem.code for problem in caught.value.problems] == ["XQ-RETURN-035"]


def test_inside_a_workspace_a_changed_context_changes_nothing(demo_workspace):
    _, body = exported(demo_workspace, "xm1")
    spoiled = Upload("form.xlsx", changed(body, another_history))
    assert said(examined(demo_workspace, REALM, [spoiled])).equals(
        said(examined(demo_workspace, REALM, [Upload("form.xlsx", body)]))
    )


def test_a_context_of_another_return_is_refused(demo_workspace):
    context, _ = exported(demo_workspace, "xm1")
    header = Header(form="xm1", form_version=1, area="nansha", period=context.period, scope="S5")
    upload = Upload("a.csv", write_csv_return(header, [_row("xm1_output", "5")]))
    with pytest.raises(Refused) as caught:
        examined_offline(PACK, [upload], side_files={"a.csv": check_context.to_sealed(context)})
    assert [problem.code for problem in caught.value.problems] == ["XQ-RETURN-036"]


def _row(item, value):
    return {
        "item": item,
        "value": value,
        "state": "reported",
        "half_digit": "0",
        "scope": "S5",
        "origin": "reported",
        "note": "",
    }


def test_the_command_checks_a_csv_form_beside_its_context_without_a_workspace(
    demo_workspace, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XINQU_HOME", raising=False)
    words = ["--dir", str(demo_workspace.dir), "--realm", "rehearsal"]
    asked = ["form", "export", "xm1", "--area", "lanzhou", "--period", "2026-09", "--csv", "--with-context"]
    assert main([*asked, "--output", "a.csv", *words]) == 0
    assert (tmp_path / "a.context.json").exists()
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    start = next(line for line in text.splitlines() if line.startswith("xm1_output,")).removesuffix(",,,,,")
    (tmp_path / "a.csv").write_text(text.replace(f"{start},,,,,", f"{start},1,,,,"), encoding="utf-8")
    capsys.readouterr()
    monkeypatch.delenv("XINQU_HOME", raising=False)  # opening a workspace sets it
    main(["return", "check", "a.csv", "--lang", "en", "--format", "csv"])
    told = capsys.readouterr()
    assert "with the context that came with it" in told.err
    assert "ly(xm1_output)" in told.out
    (tmp_path / "a.context.json").write_bytes(
        (tmp_path / "a.context.json").read_bytes().replace(b"xm1_rev", b"xm1_exp", 1)
    )
    assert main(["return", "check", "a.csv", "--lang", "en"]) == 1
    assert "XQ-RETURN-035" in capsys.readouterr().err
    assert main(["return", "check", "a.csv", "--lang", "en", "--without-context"]) in {0, 1}
    assert "without a context" in capsys.readouterr().err


def test_a_record_form_and_a_csv_on_stdout_have_no_place_for_a_context(demo_workspace, capsys):
    words = ["--dir", str(demo_workspace.dir), "--realm", "rehearsal", "--area", "lanzhou", "--with-context"]
    assert main(["form", "export", "xr1", "--period", "2026-09", *words]) == 1
    assert "XQ-CLI-015" in capsys.readouterr().err
    assert main(["form", "export", "xm1", "--period", "2026-09", "--csv", "--output", "-", *words]) == 2
    assert "XQ-CLI-016" in capsys.readouterr().err
