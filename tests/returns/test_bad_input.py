"""Each kind of bad input gives one clear problem: code, place, reason, remedy; and all of a file come at once."""

import io
import json
import struct
import zipfile

import openpyxl
import pytest
from return_files import AS_OF, csv_return, edited, repacked, with_cells

from xinqu.returns.guard import Limits, security_mark
from xinqu.returns.layout import escape_text, unescape_text
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook

# cells of the exported xm1 workbook: D5 period, A code, C label, E unit, F value, G state, K note; F10 first item
ITEM_1, ITEM_2 = "xm1_iva_growth", "xm1_output"


def only(problems, code):
    """Return the one problem there must be; it is complete in both languages."""
    assert [problem.code for problem in problems] == [f"XQ-RETURN-{code}"]
    problem = problems[0]
    for text in (problem.what, problem.why, problem.fix):
        assert text.zh
        assert text.en
    assert problem.where.say()
    assert problem.where.file in {"", "return.xlsx", "return.csv"}
    return problem


def test_the_unspoiled_workbook_is_read(pack, workbook, filled):
    document = read_return(pack, workbook, "return.xlsx", as_of=AS_OF, expect_form="xm1", expect_area="lanzhou")
    assert document.content_sha256 == filled.content_sha256
    assert document.cells[ITEM_2].cell == "F11"


# the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_empty_file(refused, body):
    only(refused(body), "001")


def test_csv_with_a_head_and_no_row(refused):
    only(refused(csv_return(), "return.csv"), "001")


def test_old_xls(refused):
    only(refused(b"\xd0\xcf\x11\xe0" + b"\0" * 600), "002")


def test_zip_without_workbook(refused):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    only(refused(out.getvalue()), "002")


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_truncated_workbook(refused, workbook, share):
    only(refused(workbook[: int(len(workbook) * share)]), "003")


def test_workbook_with_a_flipped_byte(refused, workbook):
    middle = len(workbook) // 3
    assert refused(workbook[:middle] + bytes([workbook[middle] ^ 0xFF]) + workbook[middle + 1 :])


def test_workbook_that_is_no_zip(refused):
    only(refused(b"code,value\n"), "003")


def test_truncated_csv_inside_quotes(refused):
    only(refused(csv_return('xm1_output,1,"cut', head="code,value,note")[:-1], "return.csv"), "003")


def test_truncated_csv_inside_a_row(refused):
    only(refused(csv_return("xm1_output,1,", "xm1_sales", head="code,value,note")[:-1], "return.csv"), "003")


def test_zip_bomb_by_ratio(refused, workbook):
    body = repacked(workbook, lambda _, part: part, {"xl/media/a.xml": b"<a>" + b" " * 8_000_000 + b"</a>"})
    only(refused(body), "004")


def test_zip_bomb_by_total_size(refused, workbook):
    only(refused(workbook, limits=Limits(unpacked_bytes=10_000)), "004")


def test_zip_bomb_whose_directory_lies_about_sizes(refused, workbook):
    """The directory says 10 bytes; what counts is what comes out."""
    body = bytearray(repacked(workbook, lambda _, part: part, {"xl/big.xml": b"<a>" + b" " * 9_000_000 + b"</a>"}))
    name = body.rindex(b"xl/big.xml")
    struct.pack_into("<I", body, name - 46 + 24, 10)
    assert {problem.code for problem in refused(bytes(body))} <= {"XQ-RETURN-003", "XQ-RETURN-004"}


def test_zip_with_very_many_entries(refused, workbook):
    extra = {f"xl/media/{n}.bin": b"" for n in range(500)}
    only(refused(repacked(workbook, lambda _, part: part, extra)), "004")


def test_file_beyond_the_upload_limit(refused, workbook):
    only(refused(workbook, limits=Limits(file_bytes=1000)), "004")


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r = '99'><c s=\"1\" r = 'A1048576'><v>1</v></c></row>",
        b'<x:row r="99" xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:c r="XFD99"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_sheet_whose_last_cell_is_far_away(refused, workbook, row):
    """Readers reserve the whole rectangle: one cell at XFD1048576 would take 17 billion cells."""

    def far(name, part):
        cell = row + b"</sheetData>"
        return part.replace(b"</sheetData>", cell) if name == "xl/worksheets/sheet1.xml" else part

    only(refused(repacked(workbook, far)), "004")


def test_csv_with_very_many_rows(refused):
    only(refused(csv_return(*["xm1_output,1"] * 6000), "return.csv"), "004")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities(refused, workbook, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><sst>&lol;</sst>'
    body = repacked(workbook, lambda name, part: bomb.encode(encoding) if name == "xl/sharedStrings.xml" else part)
    only(refused(body), "005")


def test_macro_workbook(refused, workbook):
    only(refused(repacked(workbook, lambda _, part: part, {"xl/vbaProject.bin": b"x"})), "006")


def test_workbook_typed_as_macro_workbook(refused, workbook):
    plain, macro = b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    body = repacked(workbook, lambda _, part: part.replace(plain, macro))
    only(refused(body), "006")


# security markings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["秘密★1年", "机密", "绝  密", "SECRET", "Top Secret", "本表为机密★长期"])
def test_security_marking_in_a_cell(refused, workbook, mark):
    only(refused(with_cells(workbook, M30=mark)), "007")


def test_security_marking_in_rich_text_of_two_runs(refused, workbook):
    def split(name, part):
        runs = "<si><r><t>机</t></r><r><rPr><b/></rPr><t>密</t></r></si></sst>".encode()
        return part.replace(b"</sst>", runs) if name == "xl/sharedStrings.xml" else part

    only(refused(repacked(workbook, split)), "007")


def test_security_marking_in_footer_sheet_name_and_comment(refused, workbook):
    def footer(book):
        book["xm1"].oddFooter.center.text = "秘密"

    def name(book):
        book.create_sheet("绝密附表")

    def comment(book):
        book["xm1"]["F10"].comment = openpyxl.comments.Comment("机密数据", "a")

    for change in (footer, name, comment):
        only(refused(edited(workbook, change)), "007")


def test_security_marking_in_csv_names_the_line(refused):
    problem = only(refused(csv_return("xm1_output,1,秘密", head="code,value,note"), "return.csv"), "007")
    assert problem.where.line == 7


@pytest.mark.parametrize(
    "text", ["商业秘密保护案件", "手机密码", "计算机密集型产业", "非涉密", "secretary general", "trade secret"]
)
def test_words_that_only_look_like_markings(text):
    assert security_mark(text) is None


# text --------------------------------------------------------------------------------------------------------------


def test_wrong_encoding(refused):
    text = csv_return("xm1_output,1,说明", head="code,value,note").decode()
    only(refused(text.encode("utf-16"), "return.csv"), "008")
    only(refused(csv_return("xm1_output,1") + b"\xff\xff\x81", "return.csv"), "008")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_right_encodings(pack, encoding):
    text = csv_return("xm1_output,1,说明“甲”", head="code,value,note").decode()
    document = read_return(pack, text.encode(encoding), "return.csv", as_of=AS_OF)
    assert document.reported["note"].to_list() == ['{"text":"说明“甲”"}']


# which return ------------------------------------------------------------------------------------------------------


def test_wrong_sheet(refused, workbook):
    def rename(book):
        book["xm1"].title = "Sheet1"

    problem = only(refused(edited(workbook, rename)), "009")
    assert "Sheet1" in problem.why.en


def test_workbook_that_is_not_a_form(refused):
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    only(refused(out.getvalue()), "009")


def test_csv_without_code_and_value(refused):
    only(refused(b"name,amount\na,1\n", "return.csv"), "009")


def test_head_without_period(refused, pack, filled):
    body = with_cells(export_workbook(pack, pack.forms["xm1"], document=filled), D5=None)
    problem = only(refused(body), "010")
    assert problem.where.cell == "D5"


def test_csv_without_version(refused):
    body = csv_return("xm1_output,1").replace(b"#form_version,1\n", b"")
    only(refused(body, "return.csv"), "010")


def test_file_of_another_form(refused, pack, workbook):
    other = export_workbook(pack, pack.forms["xm2"], area="lanzhou", period="2026-03")
    only(refused(other, expect_form="xm1"), "011")
    only(refused(csv_return("xm1_output,1", form="zz9"), "return.csv"), "011")


def test_file_of_another_form_version(refused, workbook):
    def old(book):
        book["_xinqu"]["B3"] = "7"

    problem = only(refused(edited(workbook, old)), "012")
    assert "7" in problem.what.en


def test_shifted_column(refused, workbook):
    """The hidden codes moved one row down: each would take its neighbour's value."""

    def shift(book):
        sheet = book["xm1"]
        codes = [sheet.cell(row, 1).value for row in range(10, 34)]
        for row, code in enumerate([None, *codes[:-1]], start=10):
            sheet.cell(row, 1).value = code

    problems = refused(edited(workbook, shift))
    assert {problem.code for problem in problems} == {"XQ-RETURN-013"}
    assert len(problems) == 24
    assert problems[1].where.cell == "C11"


def test_inserted_column_moves_the_cells_with_it(pack, workbook, filled):
    def insert(book):
        book["xm1"].unmerge_cells("E3:L7")
        book["xm1"].insert_cols(3)
        for row in range(3, 8):
            book["xm1"].cell(row, 5).value = book["xm1"].cell(row, 5).value

    document = read_return(pack, edited(workbook, insert), "return.xlsx", as_of=AS_OF)
    assert document.content_sha256 == filled.content_sha256
    assert document.cells[ITEM_2].cell == "G11"


def test_code_column_overwritten(refused, workbook):
    only(refused(with_cells(workbook, A9="x")), "013")


def test_csv_row_with_a_cell_too_many(refused):
    problem = only(refused(csv_return("xm1_output,1,234"), "return.csv"), "013")
    assert problem.where.cell == "C7"


def test_unknown_area(refused, workbook):
    only(refused(csv_return("xm1_output,1", area="atlantis"), "return.csv"), "019")
    only(refused(workbook, expect_area="pudong"), "019")


def test_sub_unit_of_another_area(refused):
    only(refused(csv_return("xm1_output,1", sub_unit="pudong.u1"), "return.csv"), "019")


@pytest.mark.parametrize("period", ["2026-Q1", "2026", "March", "2026-13"])
def test_period_not_of_the_form(refused, period):
    only(refused(csv_return("xm1_output,1", period=period), "return.csv"), "020")


def test_another_period_than_expected(refused, workbook):
    only(refused(workbook, expect_period="2026-04"), "020")


def test_no_return_for_january(refused):
    only(refused(csv_return("xm1_output,1", period="2026-01"), "return.csv"), "021")


@pytest.mark.parametrize("period", ["2026-11", "2026-12", "2031-02"])
def test_future_period(refused, period):
    only(refused(csv_return("xm1_output,1", period=period), "return.csv"), "022")


def test_closed_period_takes_backfill_only(refused, pack):
    def closed(form, period):
        return form == "xm1" and period.year < 2026

    only(refused(csv_return("xm1_output,1", period="2025-03"), "return.csv", is_closed=closed), "023")
    body = csv_return("xm1_output,1", period="2025-03", kind="补报")
    assert read_return(pack, body, "return.csv", as_of=AS_OF, is_closed=closed).header.kind == "backfill"


def test_area_changed_in_a_form_exported_for_another(refused, workbook):
    problem = only(refused(with_cells(workbook, D3="pudong 浦东新区")), "031")
    assert problem.where.cell == "D3"


def test_two_returns_in_one_csv(refused):
    body = csv_return("xm1_output,1,lanzhou", "xm1_sales,1,pudong", head="code,value,area")
    only(refused(body, "return.csv"), "032")


def test_unknown_kind_scope_and_state(refused):
    only(refused(csv_return("xm1_output,1", kind="maybe"), "return.csv"), "027")
    only(refused(csv_return("xm1_output,1", scope="S9"), "return.csv"), "027")
    only(refused(csv_return("xm1_output,,maybe", head="code,value,state"), "return.csv"), "027")
    only(refused(csv_return("xm1_output,1,guess", head="code,value,origin"), "return.csv"), "027")
    only(refused(csv_return("xm1_output,1,about", head="code,value,half_digit"), "return.csv"), "027")


def test_record_form(refused):
    only(refused(csv_return("xr1_uscc,1", form="xr1", period="2025"), "return.csv"), "029")


# the values --------------------------------------------------------------------------------------------------------


def test_unit_that_has_no_factor(refused, workbook):
    problem = only(refused(with_cells(workbook, E11="亿美元")), "014")
    assert problem.where.cell == "E11"
    assert "亿美元" in problem.what.zh
    assert "万元" in problem.what.zh


def test_suffix_that_contradicts_the_unit(refused, workbook):
    """12.5亿 beside 万元: 125,000 万元 or 12.5 亿 times 万元? The text is snapshot: it is part of the interface."""
    problem = only(refused(with_cells(workbook, F11="12.5亿")), "014")
    assert problem.say("en") == (
        "XQ-RETURN-014 unit is 亿元, expected 万元\n"
        "  where return.xlsx, xm1, F11, xm1_output\n"
        "  why   the value says '亿', the unit column 万元: which of the two counts can't be told\n"
        "  do    enter 125000, or set the unit column to 亿元; nothing was stored"
    )


def test_unit_that_divides_without_end(refused, pack):
    """1 ha = 15 亩: 100 亩 are 6.666… ha and refused, 150 亩 are 10 ha."""
    head = {"head": "code,value,unit", "form": "xa4", "period": "2025"}
    item = next(item.code for item in pack.forms["xa4"].items if item.unit == "ha")
    only(refused(csv_return(f"{item},100,亩", **head), "return.csv"), "014")
    document = read_return(pack, csv_return(f"{item},150,亩", **head), "return.csv", as_of=AS_OF)
    assert document.values() == {item: "10"}


def test_unit_column_converts_exactly_and_keeps_the_precision(pack):
    """123.45 亿元 is 1,234,500 万元, known to half of 0.01 亿元 = 50 万元 (DOMAIN g, half_digit)."""
    body = csv_return("xm1_output,123.45亿,亿元", "xm1_sales,2000,万元", head="code,value,unit")
    rows = read_return(pack, body, "return.csv", as_of=AS_OF).reported
    assert rows.select("item", "value", "half_digit").rows() == [
        ("xm1_output", "1234500", "50"),
        ("xm1_sales", "2000", "0"),
    ]


def test_workbook_in_another_unit_and_in_full_width_digits(pack, workbook):
    body = with_cells(workbook, E11="亿元", F11=123.45, F12="１２３，４５６。７", F13="2,000万元")
    document = read_return(pack, body, "return.xlsx", as_of=AS_OF)
    rows = {row["item"]: (row["value"], row["half_digit"]) for row in document.rows.to_dicts()}
    assert rows["xm1_output"] == ("1234500", "50")
    assert rows["xm1_sales"] == ("123456.7", "0")
    assert rows["xm1_export_deliv"] == ("2000", "0")


def test_value_flagged_as_rounded(pack):
    body = csv_return("xm1_output,123.4,是", "xm1_sales,5,0.25", head="code,value,取整")
    rows = read_return(pack, body, "return.csv", as_of=AS_OF).reported
    assert rows["half_digit"].to_list() == ["0.05", "0.25"]


def test_text_in_a_number(refused, workbook):
    problem = only(refused(with_cells(workbook, F11="约一百")), "015")
    assert problem.where.cell == "F11"
    assert problem.where.subject == ITEM_2


@pytest.mark.parametrize("text", ["NaN", "inf", "-∞"])
def test_not_a_finite_number(refused, text):
    only(refused(csv_return(f"xm1_output,{text}"), "return.csv"), "016")


def test_duplicate_item(refused):
    problem = only(refused(csv_return("xm1_output,1", "xm1_sales,2", "xm1_output,3"), "return.csv"), "017")
    assert problem.where.cell == "A9"
    assert "A7" in problem.why.en


def test_unknown_item(refused):
    only(refused(csv_return("xm1_happiness,1"), "return.csv"), "018")


def test_overlong_cells(refused):
    only(refused(csv_return("xm1_output," + "1" * 500), "return.csv"), "024")
    only(refused(csv_return("xm1_output,1," + "长" * 9000, head="code,value,note"), "return.csv"), "024")


def test_value_beside_a_state_that_says_there_is_none(refused):
    only(refused(csv_return("xm1_output,5,不适用,无工业", head="code,value,state,note"), "return.csv"), "025")
    only(refused(csv_return("xm1_output,,已报", head="code,value,state"), "return.csv"), "025")


def test_not_applicable_without_reason(refused, pack):
    only(refused(csv_return("xm1_output,,不适用", head="code,value,state"), "return.csv"), "026")
    body = csv_return("xm1_output,NA,,无工业", "xm1_sales,×,,", "xm1_fai,,未到期,", head="code,value,state,note")
    rows = read_return(pack, body, "return.csv", as_of=AS_OF).rows
    states = dict(rows.select("item", "state").rows())
    assert (states["xm1_output"], states["xm1_sales"], states["xm1_fai"], states["xm1_rev"]) == (
        "not_applicable", "suppressed", "not_due", "missing",
    )  # fmt: skip


def test_formula_with_an_error_or_without_result(refused, workbook):
    def error(name, part):
        cell = b'<c r="F11" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        return _with_cell(part, cell) if name == "xl/worksheets/sheet1.xml" else part

    def never_saved(name, part):
        return _with_cell(part, b'<c r="F11"><f>1+2</f></c>') if name == "xl/worksheets/sheet1.xml" else part

    for change in (error, never_saved):
        assert only(refused(repacked(workbook, change)), "028").where.cell == "F11"


def _with_cell(part: bytes, cell: bytes) -> bytes:
    start = part.index(b'<c r="F11"')
    return part[:start] + cell + part[part.index(b"</c>", start) + 4 :]


def test_formula_with_a_result_is_read_as_that(pack, workbook):
    def calculated(name, part):
        cell = b'<c r="F11"><f>0.1+0.2</f><v>0.30000000000000004</v></c>'
        return _with_cell(part, cell) if name == "xl/worksheets/sheet1.xml" else part

    document = read_return(pack, repacked(workbook, calculated), "return.xlsx", as_of=AS_OF)
    assert document.values()[ITEM_2] == "0.3"


@pytest.mark.parametrize(
    ("written", "read"),
    [("0.29999999999999999", "0.3"), ("0.123456789012345", "0.123456789012345"), ("1.23E-12", "0.00000000000123")],
)
def test_doubles_come_back_without_noise_and_without_loss(pack, workbook, written, read):
    def put(name, part):
        cell = f'<c r="F11"><v>{written}</v></c>'.encode()
        return _with_cell(part, cell) if name == "xl/worksheets/sheet1.xml" else part

    assert read_return(pack, repacked(workbook, put), "return.xlsx", as_of=AS_OF).values()[ITEM_2] == read


def test_all_problems_come_at_once(refused, workbook):
    body = with_cells(workbook, F11="约", F12="NaN", E13="筐", G14="maybe", A15="xm1_nothing")
    codes = [problem.code.removeprefix("XQ-RETURN-") for problem in refused(body)]
    assert sorted(codes) == ["014", "015", "016", "018", "027"]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'=1", '=HYPERLINK("http://a")'])
def test_text_that_looks_like_a_formula_is_harmless_on_the_way_out(pack, text):
    """CSV out puts ' before it, XLSX out writes it as a string; both read back as entered."""
    cell = escape_text(text)
    assert cell[0] == "'"
    assert unescape_text(cell) == text
    quoted = cell.replace('"', '""')
    body = csv_return(f'xm1_output,1,"{quoted}"', head="code,value,note")
    document = read_return(pack, body, "return.csv", as_of=AS_OF)
    assert json.loads(document.reported["note"][0]) == {"text": text}
    again = export_workbook(pack, pack.forms["xm1"], document=document)
    sheet = openpyxl.load_workbook(io.BytesIO(again))["xm1"]
    assert (sheet["K11"].value, sheet["K11"].data_type) == (text, "s")
    assert read_return(pack, again, "return.xlsx", as_of=AS_OF).content_sha256 == document.content_sha256


def test_security_marking_written_as_character_references(workbook, refused):
    """openpyxl writes &#26426;&#23494; for 机密 where lxml is installed; a spreadsheet shows the same words."""

    def change(name, content):
        return (
            content.replace(b"</sst>", b"<si><t>&#26426;&#23494;</t></si></sst>")
            if "sharedStrings" in name
            else content
        )

    assert [problem.code for problem in refused(repacked(workbook, change))] == ["XQ-RETURN-007"]
