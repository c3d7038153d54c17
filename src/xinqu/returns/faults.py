"""Every way a file can be refused, as a Problem with place, reason and remedy (XQ-RETURN-NNN, docs/errors.md)."""

from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text

_STORED_NOTHING = Text("；未存入任何内容", "; nothing was stored")
_EXPORT_AGAIN = Text(
    "用 `xinqu form export` 重新导出模板填写", "export the template again with `xinqu form export` and fill that"
)
_SAVE_AGAIN = Text("在电子表格软件中另存为 .xlsx 后重新上传", "save it again as .xlsx in a spreadsheet and upload that")


def _problem(code: str, where: Where, *, what: Text, why: Text, fix: Text) -> Problem:
    ending = Text(fix.zh + _STORED_NOTHING.zh, fix.en + _STORED_NOTHING.en)
    return Problem(code=code, what=what, where=where, why=why, fix=ending)


def empty_file(file: str) -> Problem:
    """No bytes, or no rows at all."""
    return _problem(
        "XQ-RETURN-001", Where(file=file),
        what=Text("文件是空的", "the file is empty"),
        why=Text("其中没有任何指标行", "it holds no row of items"),
        fix=_EXPORT_AGAIN,
    )  # fmt: skip


def unknown_type(file: str, found: Text) -> Problem:
    """Neither XLSX nor CSV."""
    return _problem(
        "XQ-RETURN-002", Where(file=file),
        what=Text("文件既不是 XLSX 也不是 CSV", "the file is neither XLSX nor CSV"),
        why=found,
        fix=_SAVE_AGAIN,
    )  # fmt: skip


def damaged(file: str, detail: str) -> Problem:
    """Truncated or broken container."""
    return _problem(
        "XQ-RETURN-003", Where(file=file),
        what=Text("文件不完整或已损坏", "the file is truncated or damaged"),
        why=Text(f"无法读到末尾：{detail}", f"it can't be read to its end: {detail}"),
        fix=Text("重新复制或另存后上传", "copy or save it again and upload that"),
    )  # fmt: skip


def too_large(file: str, why: Text, where: Where | None = None) -> Problem:
    """Zip bomb, or more of anything than a return can hold."""
    return _problem(
        "XQ-RETURN-004", where or Where(file=file),
        what=Text("文件超出报表允许的大小", "the file is larger than a return can be"),
        why=why,
        fix=Text(
            "删去多余的工作表、图片和格式，或重新导出模板填写",
            "remove extra sheets, pictures and formats, or export the template again",
        ),
    )  # fmt: skip


def xml_entities(file: str, part: str) -> Problem:
    """A document type or entity declaration inside a workbook."""
    return _problem(
        "XQ-RETURN-005", Where(file=file, subject=part),
        what=Text("工作簿含有 XML 文档类型或实体声明", "the workbook declares an XML document type or entities"),
        why=Text("电子表格软件从不写入这种声明，它可用于读取本机文件",
                 "spreadsheets never write these; they can be used to read local files"),
        fix=_SAVE_AGAIN,
    )  # fmt: skip


def macros(file: str, part: str) -> Problem:
    """A workbook that carries programs."""
    return _problem(
        "XQ-RETURN-006", Where(file=file, subject=part),
        what=Text("工作簿含有宏或嵌入程序", "the workbook holds macros or embedded programs"),
        why=Text("报表只收数据", "returns take data only"),
        fix=Text("另存为不含宏的 .xlsx 后重新上传", "save it as .xlsx without macros and upload that"),
    )  # fmt: skip


def classified(mark: str, where: Where) -> Problem:
    """A marking of secrecy anywhere in the text."""
    return _problem(
        "XQ-RETURN-007", where,
        what=Text(f"文件带有密级标志“{mark}”", f"the file bears the security marking {mark!r}"),
        why=Text("本系统只处理非涉密数据", "this system handles unclassified data only"),
        fix=Text(
            "涉密数据请按保密规定另行报送；如属误标，由本单位保密机构解除后再报",
            "report classified data by the prescribed channel; if marked by mistake, have the marking lifted first",
        ),
    )  # fmt: skip


def wrong_encoding(file: str) -> Problem:
    """Text that is neither UTF-8 nor GB18030."""
    return _problem(
        "XQ-RETURN-008", Where(file=file),
        what=Text("无法识别文件的文字编码", "the text encoding is not one we read"),
        why=Text("既不是 UTF-8 也不是 GB18030", "it is neither UTF-8 nor GB18030"),
        fix=Text("另存为“CSV UTF-8”后上传", "save it as 'CSV UTF-8' and upload that"),
    )  # fmt: skip


def wrong_sheet(file: str, *, expected: str, found: list[str]) -> Problem:
    """No sheet of a form in the workbook."""
    names = "、".join(found)
    return _problem(
        "XQ-RETURN-009", Where(file=file, sheet=found[0] if found else ""),
        what=Text(f"找不到报表工作表“{expected}”", f"there is no form sheet {expected!r}"),
        why=Text(f"文件中的工作表：{names}", f"sheets in the file: {', '.join(found)}"),
        fix=_EXPORT_AGAIN,
    )  # fmt: skip


def header_missing(where: Where, field: Text) -> Problem:
    """Form, version, area or period not given."""
    return _problem(
        "XQ-RETURN-010", where,
        what=Text(f"未填{field.zh}", f"{field.en} is missing"),
        why=Text("缺少它就不知道报送的是哪一份报表", "without it nobody can tell which return this is"),
        fix=Text(f"在表头填写{field.zh}", f"fill in {field.en} in the head of the form"),
    )  # fmt: skip


def other_form(where: Where, *, found: str, expected: str) -> Problem:
    """The file is of another form, or of none that the pack knows."""
    return _problem(
        "XQ-RETURN-011", where,
        what=Text(f"文件是报表 {found}，应为 {expected}", f"the file is form {found}, expected {expected}"),
        why=Text("表号与所报报表不符", "its form id is not that of the return being filed"),
        fix=Text(f"上传 {expected} 的文件，或改报 {found}", f"upload the file of {expected}, or file it as {found}"),
    )  # fmt: skip


def other_version(where: Where, *, form: str, found: str, expected: int) -> Problem:
    """A template of another version of the form."""
    return _problem(
        "XQ-RETURN-012", where,
        what=Text(f"{form} 的模板是第{found}版，现行第{expected}版",
                  f"the template is version {found} of {form}, version {expected} is in force"),
        why=Text("各版的指标和单位可能不同", "items and units may differ between versions"),
        fix=_EXPORT_AGAIN,
    )  # fmt: skip


def shifted(where: Where, *, found: str, expected: str) -> Problem:
    """The hidden code column no longer matches the labels."""
    return _problem(
        "XQ-RETURN-013", where,
        what=Text(f"行列已错位：此处是“{found}”，应为“{expected}”",
                  f"rows or columns have shifted: here stands {found!r}, expected {expected!r}"),
        why=Text("隐藏的代码列与指标名称列对不上，数值会记到别的指标上",
                 "the hidden code column no longer matches the labels, so values would go to other items"),
        fix=Text("撤销插入、删除或排序，或重新导出模板填写",
                 "undo the insertion, deletion or sorting, or export the template again"),
    )  # fmt: skip


def wrong_unit(where: Where, *, found: str, expected: str, why: Text, fix: Text) -> Problem:
    """A unit that is not the declared one and can't be converted exactly."""
    return _problem(
        "XQ-RETURN-014", where,
        what=Text(f"单位是 {found}，应为 {expected}", f"unit is {found}, expected {expected}"),
        why=why,
        fix=fix,
    )  # fmt: skip


def not_a_value(where: Where, *, text: str, kind: Text) -> Problem:
    """Text where a number, date or yes/no must stand."""
    shown = text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 - one line on a terminal
    return _problem(
        "XQ-RETURN-015", where,
        what=Text(f"“{shown}”不是{kind.zh}", f"{shown!r} is not {kind.en}"),
        why=Text(f"该指标只收{kind.zh}", f"the item takes {kind.en} only"),
        fix=Text(f"填写{kind.zh}；没有数据时留空，不适用时在状态列选“不适用”并写明理由",
                 f"enter {kind.en}; leave it blank when there is none, or choose 'not applicable' and say why"),
    )  # fmt: skip


def not_finite(where: Where, *, text: str) -> Problem:
    """NaN or an infinity."""
    return _problem(
        "XQ-RETURN-016", where,
        what=Text(f"“{text}”不是有限的数", f"{text!r} is not a finite number"),
        why=Text("无穷大和非数字不能参加任何计算", "infinities and not-a-number can't enter any computation"),
        fix=Text("填写实际数值，或留空", "enter the actual number, or leave it blank"),
    )  # fmt: skip


def duplicate_item(where: Where, *, code: str, first: str) -> Problem:
    """The same item twice."""
    return _problem(
        "XQ-RETURN-017", where,
        what=Text(f"指标 {code} 重复", f"item {code} stands twice"),
        why=Text(f"首次出现于 {first}", f"it stands first at {first}"),
        fix=Text("删去其中一行", "remove one of the two rows"),
    )  # fmt: skip


def unknown_item(where: Where, *, code: str, form: str) -> Problem:
    """A code that the form doesn't have."""
    return _problem(
        "XQ-RETURN-018", where,
        what=Text(f"报表 {form} 没有指标“{code}”", f"form {form} has no item {code!r}"),
        why=Text("代码不在现行指标目录中", "the code is not in the list of items in force"),
        fix=Text("改正代码，或删去该行", "correct the code, or remove the row"),
    )  # fmt: skip


def unknown_area(where: Where, *, code: str, why: Text) -> Problem:
    """An area or sub-unit that the pack doesn't have, or not the one being filed."""
    return _problem(
        "XQ-RETURN-019", where,
        what=Text(f"新区或片区“{code}”不可用", f"area or sub-unit {code!r} can't be used here"),
        why=why,
        fix=Text("从表头的下拉列表选择", "choose it from the drop-down in the head of the form"),
    )  # fmt: skip


def wrong_period(where: Where, *, text: str, why: Text, example: str) -> Problem:
    """No period, of another frequency, or not the one being filed."""
    return _problem(
        "XQ-RETURN-020", where,
        what=Text(f"报告期“{text}”不适用于本表", f"period {text!r} does not fit the form"),
        why=why,
        fix=Text(f"写作 {example} 这样的报告期", f"write a period such as {example}"),
    )  # fmt: skip


def no_return_due(where: Where, *, text: str, form: str) -> Problem:
    """A period for which the form is not filed (January of xm1)."""
    return _problem(
        "XQ-RETURN-021", where,
        what=Text(f"{form} 没有 {text} 这一期", f"{form} has no return for {text}"),
        why=Text("该期并入下一期报送（1月并入2月累计）",
                 "that period is covered by the next return (January by February, year to date)"),
        fix=Text("报送下一期", "file the next period"),
    )  # fmt: skip


def future_period(where: Where, *, text: str, as_of: str) -> Problem:
    """A period that has not ended."""
    return _problem(
        "XQ-RETURN-022", where,
        what=Text(f"报告期 {text} 尚未结束", f"period {text} has not ended"),
        why=Text(f"截至 {as_of}，该期数据不可能已有", f"as of {as_of} its figures can't be known"),
        fix=Text("改正报告期，或待期末后报送", "correct the period, or file it after its end"),
    )  # fmt: skip


def closed_period(where: Where, *, text: str) -> Problem:
    """A period that no longer takes regular returns."""
    return _problem(
        "XQ-RETURN-023", where,
        what=Text(f"报告期 {text} 已关闭", f"period {text} is closed"),
        why=Text("已关闭的期不再收定期报送", "a closed period takes no regular return"),
        fix=Text("以“补报”方式报送并说明理由", "file it as a backfill and say why"),
    )  # fmt: skip


def overlong(where: Where, *, length: int, limit: int) -> Problem:
    """A cell with more text than a return can hold."""
    return _problem(
        "XQ-RETURN-024", where,
        what=Text(f"单元格有 {length} 个字符，上限 {limit}", f"the cell has {length} characters, the limit is {limit}"),
        why=Text("过长的内容多为误粘贴", "text that long is mostly a paste by mistake"),
        fix=Text("缩短内容；长说明作为附件", "shorten it; attach long explanations"),
    )  # fmt: skip


def contradiction(where: Where, *, value: str, state: Text) -> Problem:
    """A value beside a state that says there is none, or the other way round."""
    shown = value or "空白"
    return _problem(
        "XQ-RETURN-025", where,
        what=Text(f"数值“{shown}”与状态“{state.zh}”矛盾", f"value {value!r} contradicts the state '{state.en}'"),
        why=Text("只有“已报”带数值", "only 'reported' carries a value"),
        fix=Text("二者只留一个", "keep one of the two"),
    )  # fmt: skip


def no_reason(where: Where) -> Problem:
    """Not applicable without saying why."""
    return _problem(
        "XQ-RETURN-026", where,
        what=Text("“不适用”没有理由", "'not applicable' has no reason"),
        why=Text("不适用须写明理由，才能与漏报区分", "a reason tells it from a forgotten value"),
        fix=Text("在备注列写明理由", "say why in the note column"),
    )  # fmt: skip


def unknown_word(where: Where, *, text: str, field: Text, admitted: str) -> Problem:
    """A state, scope, kind or origin that is none of the admitted."""
    return _problem(
        "XQ-RETURN-027", where,
        what=Text(f"{field.zh}“{text}”不在可选范围", f"{field.en} {text!r} is not one of the choices"),
        why=Text(f"可选：{admitted}", f"choices: {admitted}"),
        fix=Text("从下拉列表选择", "choose it from the drop-down"),
    )  # fmt: skip


def not_calculated(where: Where, *, found: str) -> Problem:
    """A formula without result, or with an error as its result."""
    return _problem(
        "XQ-RETURN-028", where,
        what=Text(f"公式没有结果或结果是错误（{found}）", f"a formula has no result, or an error ({found})"),
        why=Text("读取的是公式已算出的值", "what is read is the result that the formula had when saved"),
        fix=Text("在电子表格软件中重算并保存，或直接填写数值",
                 "recalculate and save it in a spreadsheet, or enter the number itself"),
    )  # fmt: skip


def other_kind(where: Where, *, form: str, is_record: bool) -> Problem:
    """A record form (many rows per area) on the template of area forms, or the other way round."""
    own, other = (Text("记录表", "a record form"), Text("新区报表", "an area form"))[:: 1 if is_record else -1]
    return _problem(
        "XQ-RETURN-029", where,
        what=Text(f"{form} 是{own.zh}，不能按{other.zh}的模板报送", f"{form} is {own.en} and is not filed on the template of {other.en}"),
        why=Text("新区报表每个指标一个数值；记录表每行一条记录", "an area form has one value per item; a record form has one row per record"),
        fix=_EXPORT_AGAIN,
    )  # fmt: skip


def encrypted(file: str) -> Problem:
    """A workbook with a password to open."""
    return _problem(
        "XQ-RETURN-030", Where(file=file),
        what=Text("工作簿设有打开密码", "the workbook needs a password to open"),
        why=Text("内容无法审核", "its content can't be checked"),
        fix=Text("取消打开密码后重新上传", "remove the password and upload it again"),
    )  # fmt: skip


def not_as_exported(where: Where, *, field: Text, found: str, exported: str) -> Problem:
    """Area or period changed in a template that was exported for one."""
    return _problem(
        "XQ-RETURN-031", where,
        what=Text(f"{field.zh}是“{found}”，模板导出时为“{exported}”",
                  f"{field.en} is {found!r}, the template was exported for {exported!r}"),
        why=Text("可能沿用了另一份报表的文件", "the file of another return may have been used again"),
        fix=_EXPORT_AGAIN,
    )  # fmt: skip


def several_returns(where: Where, *, field: str, values: list[str]) -> Problem:
    """A CSV file whose columns name more than one area, period or form."""
    shown = ", ".join(values[:4])
    return _problem(
        "XQ-RETURN-032", where,
        what=Text(f"一个文件只能是一份报表，{field} 列却有 {shown}",
                  f"a file is one return, but column {field} holds {shown}"),
        why=Text("各份报表分别审核、分别留痕", "each return is checked and recorded by itself"),
        fix=Text("按新区、报告期和表号分成几个文件", "split it into one file per area, period and form"),
    )  # fmt: skip


def no_column(where: Where, *, item: str, form: str) -> Problem:
    """A record file without the column of a key or required item."""
    return _problem(
        "XQ-RETURN-033", where,
        what=Text(f"缺少 {item} 一列", f"the column {item} is missing"),
        why=Text(f"{form} 的必填项每行都要有", f"a required item of {form} must be given in every row"),
        fix=_EXPORT_AGAIN,
    )  # fmt: skip


def merged_records(where: Where, *, cells: str) -> Problem:
    """Cells are merged among the records: all but the first of them are empty."""
    return _problem(
        "XQ-RETURN-037", where,
        what=Text(f"记录区内合并了单元格 {cells}", f"cells are merged among the records: {cells}"),
        why=Text("合并后只有第一格有值，其余记录会缺项", "only the first of them holds a value, so other records would lack theirs"),
        fix=Text("取消合并，逐格填写后重新上传", "unmerge them, fill each cell, and upload it again"),
    )  # fmt: skip


def many_more(where: Where, *, item: str, count: int) -> Problem:
    """More cells of a column are wrong than are worth listing."""
    return _problem(
        "XQ-RETURN-034", where,
        what=Text(f"{item} 一列另有 {count:,} 处同样的问题", f"the column {item} has {count:,} more cells like these"),
        why=Text("同一列的错误往往出于同一原因", "faults of one column mostly have one cause"),
        fix=Text("改正整列后重新上传", "correct the whole column and upload it again"),
    )  # fmt: skip


def broken_seal(where: Where) -> Problem:
    """The context that came with a form is not what the export sealed."""
    return _problem(
        "XQ-RETURN-035", where,
        what=Text("随表的核对资料已被改动或损坏", "the context that came with the form was changed or is damaged"),
        why=Text("内容与导出时封存的散列不符，据此核对的结果不可信",
                 "it does not match the hash it was sealed with: what is checked against it can't be relied on"),
        fix=Text("重新导出（xinqu form export FORM --with-context），或加 --without-context 不用它核对",
                 "export it again (xinqu form export FORM --with-context), or check without it: --without-context"),
    )  # fmt: skip


def foreign_context(where: Where, *, found: str, expected: str) -> Problem:
    """The context that came with a form is of another return, or was made under other rules."""
    return _problem(
        "XQ-RETURN-036", where,
        what=Text(f"随表的核对资料属于 {found}，此处为 {expected}",
                  f"the context that came with the form is of {found}, here it is {expected}"),
        why=Text("用别的报表或别版规则的资料核对，结果会不同", "checked against it, the verdicts could differ"),
        fix=Text("重新导出（xinqu form export FORM --with-context），或加 --without-context 不用它核对",
                 "export it again (xinqu form export FORM --with-context), or check without it: --without-context"),
    )  # fmt: skip


def not_carried(where: Where, *, old: str, new: str, note: Text | None) -> Problem:
    """A value on an old template whose item was removed or redefined since."""
    said = note or Text("", "")
    why = (
        Text(f"它已重新定义为 {new}：{said.zh}", f"it was redefined as {new}: {said.en}")
        if new
        else Text(f"现行版已取消该指标。{said.zh}", f"the version in force has no such item. {said.en}")
    )
    return _problem(
        "XQ-RETURN-038", where,
        what=Text(f"旧版模板的 {old} 不能转入现行版", f"{old} of the old template can't be carried into the version in force"),
        why=why,
        fix=_EXPORT_AGAIN,
    )  # fmt: skip
