"""Each kind of bad input, by the command and to the end: one message with its place, reason and remedy; nothing stored."""

import datetime as dt

import openpyxl
import pytest

import cast
import hands
from returns.return_files import edited, repacked
from xinqu.cli.main import main
from xinqu.returns.document import Header
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.spine import closing
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.periods import Period

LOCKED = "2026-02"
FIELDS = {"zh": ("位置", "原因", "处理"), "en": ("where", "why", "do")}


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Workspace:
    """One workspace for all: no case may leave anything in it."""
    made = hands.workspace(tmp_path_factory.mktemp("bad") / "workspace")
    closing.lock(made, hands.REALM, "xm1", Period.parse(LOCKED), account="ndrc.admin", clock=hands.at(1))
    return made


def workbook(period: str = "2026-03", *, fixed: bool = True, as_of: dt.date = dt.date(2026, 11, 16)) -> bytes:
    """Return a sound xm1 workbook; ``fixed`` exports it for its area and period, as officers get it."""
    file = hands.upload(period)
    pack = cast.pack()
    document = read_return(pack, file.body, file.name, as_of=as_of, origin=Origin.SIMULATED)
    preset = {"area": "lanzhou", "period": period} if fixed else {}
    return export_workbook(pack, pack.forms["xm1"], document=document, **preset)


SOUND = workbook()


def cells(body: bytes, **values: object) -> bytes:
    def change(book: openpyxl.Workbook) -> None:
        for address, value in values.items():
            book["xm1"][address] = value

    return edited(body, change)


def renamed(book: openpyxl.Workbook) -> None:
    book["xm1"].title = "Sheet1"


def other_version(book: openpyxl.Workbook) -> None:
    book["_xinqu"]["B3"] = "7"


def shifted_one_row(book: openpyxl.Workbook) -> None:
    """The values of one item slip under another's code: the hidden code of one row moves down."""
    sheet = book["xm1"]
    sheet["A10"].value, sheet["A11"].value = sheet["A11"].value, sheet["A10"].value


def row_twice(book: openpyxl.Workbook) -> None:
    for column in "ABCDEF":
        book["xm1"][f"{column}45"].value = book["xm1"][f"{column}11"].value


def far_period() -> bytes:
    return workbook("2199-03", fixed=False, as_of=dt.date(2200, 1, 1))


def csv(*, drop: int = 0, **head: str) -> bytes:
    text = hands.upload().body.decode()
    for name, value in head.items():
        line = next(line for line in text.splitlines() if line.startswith(f"#{name},"))
        text = text.replace(line, f"#{name},{value}")
    return text[: len(text) - drop].encode()


XML_BOMB = {"xl/media/a.xml": b"<a>" + b" " * 8_000_000 + b"</a>"}
# what is wrong, (file name, bytes), code, how often, (sheet, cell)
CASES = [
    ("wrong sheet", ("a.xlsx", lambda: edited(SOUND, renamed)), "009", 1, ("", "")),
    ("shifted column", ("a.xlsx", lambda: edited(SOUND, shifted_one_row)), "013", 2, ("xm1", "C1")),
    ("text in a number", ("a.xlsx", lambda: cells(SOUND, F11="约一百")), "015", 1, ("xm1", "F11")),
    ("wrong unit", ("a.xlsx", lambda: cells(SOUND, E11="亿美元")), "014", 1, ("xm1", "E11")),
    ("duplicate key", ("a.xlsx", lambda: edited(SOUND, row_twice)), "017", 1, ("xm1", "A45")),
    ("closed period", ("a.xlsx", lambda: workbook(LOCKED)), "023", 1, ("xm1", "D5")),
    ("unknown area", ("a.xlsx", lambda: cells(workbook(fixed=False), D3="atlantis")), "019", 1, ("xm1", "D3")),
    ("future date", ("a.xlsx", far_period), "022", 1, ("xm1", "D5")),
    ("truncated file", ("a.xlsx", lambda: SOUND[: len(SOUND) // 2]), "003", 1, ("", "")),
    ("zip bomb", ("a.xlsx", lambda: repacked(SOUND, lambda _, part: part, XML_BOMB)), "004", 1, ("", "")),
    ("another form version", ("a.xlsx", lambda: edited(SOUND, other_version)), "012", 1, ("xm1", "")),
    ("security marking", ("a.xlsx", lambda: cells(SOUND, M30="秘密★1年")), "007", 1, ("xm1", "M30")),
    ("empty file", ("a.xlsx", lambda: b""), "001", 1, ("", "")),
    ("empty CSV", ("a.csv", lambda: b"\n"), "001", 1, ("", "")),
    ("unknown area in CSV", ("a.csv", lambda: csv(area="atlantis")), "019", 1, ("", "B3")),
    ("closed period in CSV", ("a.csv", lambda: csv(period=LOCKED)), "023", 1, ("", "B5")),
    ("future date in CSV", ("a.csv", lambda: csv(period="2199-03")), "022", 1, ("", "B5")),
    ("another form version in CSV", ("a.csv", lambda: csv(form_version="9")), "012", 1, ("", "B2")),
    ("CSV cut inside a row", ("a.csv", lambda: csv(drop=4)), "003", 1, ("", "")),
]  # fmt: skip


@pytest.mark.parametrize("act", ["check", "submit"])
@pytest.mark.parametrize(("written", "code", "times", "place"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_one_message_and_nothing_stored(opened, tmp_path, capsys, act, written, code, times, place):
    name, body = written
    before = hands.stored(opened)
    file = tmp_path / name
    file.write_bytes(body())
    for lang, labels in FIELDS.items():
        words = ["return", act, str(file), "--dir", str(opened.dir), "--realm", "rehearsal", "--lang", lang]
        assert main([*words, "--as", hands.FILER]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        messages = err.split("XQ-")[1:]
        assert [message.partition(" ")[0] for message in messages] == [f"RETURN-{code}"] * times
        for message in messages:
            first, *rest = message.strip().splitlines()
            assert len(first.partition(" ")[2]) > 3
            assert tuple(line.split(maxsplit=1)[0] for line in rest) == labels
            where = rest[0].split(maxsplit=1)[1]
            assert where.startswith(name)
            for part in place:
                assert part in where
        assert "Traceback" not in err
    assert hands.stored(opened) == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_sound_file_is_taken(tmp_path, capsys):
    """The same workbook without a fault goes through the same command: what is refused above is refused for its fault."""
    opened = hands.workspace(tmp_path / "workspace")
    file = tmp_path / "a.xlsx"
    file.write_bytes(SOUND)
    words = ["return", "submit", str(file), "--dir", str(opened.dir), "--realm", "rehearsal", "--as", hands.FILER]
    assert main([*words, "--lang", "en"]) == 0
    assert "handed in, event #" in capsys.readouterr().out
    assert main(["return", "list", "--dir", str(opened.dir), "--realm", "rehearsal", "--format", "csv"]) == 0
    assert 'xm1,lanzhou,"",2026-03,1,submitted,regular' in capsys.readouterr().out


def test_all_faults_of_all_files_come_at_once(opened, tmp_path, capsys):
    before = hands.stored(opened)
    bodies = {"a.xlsx": cells(SOUND, F11="约", E12="亿美元"), "b.csv": csv(area="atlantis"), "c.xlsx": b""}
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    files = [str(tmp_path / name) for name in bodies]
    words = ["return", "submit", *files, "--dir", str(opened.dir), "--realm", "rehearsal", "--as", hands.FILER]
    assert main([*words, "--lang", "en"]) == 1
    err = capsys.readouterr().err
    assert [f"RETURN-{code}" for code in ("015", "014", "019", "001")] == [
        part.split(" ")[0] for part in err.split("XQ-")[1:]
    ]
    assert hands.stored(opened) == before


def test_a_false_error_check_is_said_at_its_cell_and_the_workbook_comes_back(opened, tmp_path, capsys):
    before = hands.stored(opened)
    file = tmp_path / "a.xlsx"
    row = next(
        row[0].row
        for row in openpyxl.load_workbook(file_of(SOUND, file))["xm1"]["A1:A60"]
        if row[0].value == "xm1_rev_tax"
    )
    file.write_bytes(cells(SOUND, **{f"F{row}": 501}))
    words = ["--dir", str(opened.dir), "--realm", "rehearsal", "--as", hands.FILER, "--lang", "en"]
    assert main(["return", "check", str(file), "--annotated", str(tmp_path / "back"), *words]) == 1
    assert "xm1_r07" in capsys.readouterr().out
    back = openpyxl.load_workbook(tmp_path / "back" / "a_checked.xlsx")["xm1"]
    assert "xm1_r07" in back[f"F{row}"].comment.text
    assert main(["return", "submit", str(file), *words]) == 1
    err = capsys.readouterr().err
    assert "XQ-RETURN-101" in err
    assert f"a.xlsx, xm1, F{row}" in err
    assert hands.stored(opened) == before


def file_of(body: bytes, path):
    path.write_bytes(body)
    return path


def test_a_file_that_is_not_there_is_said_so(opened, capsys):
    assert main(["return", "check", "/nowhere/a.xlsx", "--dir", str(opened.dir), "--realm", "rehearsal"]) == 1
    assert "XQ-CLI-004" in capsys.readouterr().err


def test_the_header_of_the_locked_case_is_what_the_case_says():
    """The closed case would pass but for the lock: its period is one the form has."""
    header = read_return(cast.pack(), workbook(LOCKED), "a.xlsx", as_of=dt.date(2026, 11, 16)).header
    assert isinstance(header, Header)
    assert header.period == LOCKED
