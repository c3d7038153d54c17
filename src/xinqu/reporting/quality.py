"""The quality report: dimensions of quality as tables, each row with the events of the log it was counted from."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, day, edition_words, issuer_of, note, say
from xinqu.reporting.model import MODEL_VERSION, Cell, Column, Edition, Report, Section, Table
from xinqu.reporting.register import area_name, name_of
from xinqu.vocabulary.text import Text

Row = dict[str, Any]
_NONE = Text("无", "none")
_EVENTS = Column(head=Text("事件", "Events"), align="right", width=8)


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """The measures, one frame per dimension; each row says how many events stand behind it and the first and last number.

    ``since``: returns of periods that end from this day on are judged for time and completeness. ``punctuality`` has one
    frame per group (form, area, quarter of the due day): columns of ``monitoring.punctuality``, and for form and area
    days_to_file and days_to_accept (medians: from the period's end to the first filing, from there to acceptance) and
    events, first_event, last_event. ``validation``: form, judged, holds, fails, indeterminate, pass_rate, explained,
    accepted_words, refused_words, events ... ``values``: form, periods, areas, returns, released, due (values), reported,
    estimated, completeness, estimated_share, events ... ``revisions``: ``indicators.revisions.revision_statistics`` by
    indicator with events ...
    """

    since: dt.date
    by_form: pl.DataFrame
    by_area: pl.DataFrame
    by_quarter: pl.DataFrame
    validation: pl.DataFrame
    values: pl.DataFrame
    revisions: pl.DataFrame


def quality_model(pack: Pack, found: Quality, *, edition: Edition, issuer: Text | None = None) -> Report:
    """Return the report of one realm at one vintage."""
    sections = (
        _summary(found),
        _time(pack, found.by_form, found.by_area, found.by_quarter),
        _completeness(pack, found.values),
        _validation(pack, found.validation),
        _revisions(pack, found.revisions),
        _method(),
    )
    returns = int(found.values["returns"].sum())
    return Report(
        model_version=MODEL_VERSION, kind="quality", title=pack.reports["quality"].title, subtitle=edition_words(edition),
        issuer=issuer_of(edition.realm, issuer), mark=edition.realm.mark, edition=edition,
        coverage=Text(f"有效报表{returns}份", f"{returns} returns in force"), sections=sections, figures=(),
    )  # fmt: skip


def _summary(found: Quality) -> Section:
    by_form, validation, values, revisions = found.by_form, found.validation, found.values, found.revisions
    owed, on_time, missing = (int(by_form[name].sum()) for name in ("owed", "on_time", "missing"))
    due, reported, estimated = (int(values[name].sum()) for name in ("due", "reported", "estimated"))
    holds, fails = int(validation["holds"].sum()), int(validation["fails"].sum())
    revised, figures = int(revisions["revised"].sum()), int(revisions["figures"].sum())
    return Section(
        heading=Text("概要", "Summary"),
        blocks=(
            say(
                "{since.zh}以后结束的报告期应报且已到期{owed}份，按时{share.zh}，缺报{missing}份。",
                "Of periods that end from {since.en} on, {owed} returns were due: {share.en} on time, {missing} missing.",
                since=day(found.since), owed=owed, share=_share(on_time, owed), missing=missing,
            ),
            say(
                "有效报表应有数值{due}个，已报{complete.zh}，其中估计{estimated.zh}。",
                "Returns in force should hold {due} values: {complete.en} are there, {estimated.en} of these are estimates.",
                due=due, complete=_share(reported, due), estimated=_share(estimated, reported),
            ),
            say(
                "可判定的校核{told}次，成立{share.zh}；{figures}个指标数中{revised}个有过修订。",
                "Of {told} checks that could be told, {share.en} hold; {revised} of {figures} figures were revised.",
                told=holds + fails, share=_share(holds, holds + fails), figures=figures, revised=revised,
            ),
        ),
    )  # fmt: skip


def _time(pack: Pack, by_form: pl.DataFrame, by_area: pl.DataFrame, by_quarter: pl.DataFrame) -> Section:
    columns = (
        _count("应报", "Owed"), _count("按时率", "On time"), _count("宽限内", "In grace"), _count("更晚", "Later"),
        _count("缺报", "Missing"), _count("报送天数", "Days to file"), _count("审核天数", "Days to accept"),
        _count("每份退回", "Sent back each"), _EVENTS,
    )  # fmt: skip

    def told(row: Row) -> tuple[Text, ...]:
        return (
            both(row["owed"]), _rate(row["share_on_time"]), both(row["late"]), both(row["after_grace"]),
            both(row["missing"]), _days(row["days_to_file"]), _days(row["days_to_accept"]),
            _decimal(row["sent_back_per_return"], 2), _span(row),
        )  # fmt: skip

    quarter = (_count("应报", "Owed"), _count("按时率", "On time"), _count("宽限内", "In grace"), _count("更晚", "Later"),
               _count("缺报", "Missing"))  # fmt: skip
    return Section(
        heading=Text("及时性与准时性", "Timeliness and punctuality"),
        blocks=(
            note("报送天数：报告期末至首次报送的中位天数；审核天数：首次报送至接收的中位天数。",
                 "Days to file: median from the period's end to the first filing; days to accept: median from there to acceptance."),
            _table(Text("按报表", "By form"), Text("报表", "Form"), columns, by_form, lambda r: _form(pack, r["form"]), told),
            _table(Text("按新区", "By area"), Text("新区", "Area"), columns, by_area, lambda r: area_name(pack, r["area"]), told),
            _table(Text("按到期季度", "By quarter of the due day"), Text("季度", "Quarter"), quarter, by_quarter,
                   lambda r: both(r["quarter"]),
                   lambda r: (both(r["owed"]), _rate(r["share_on_time"]), both(r["late"]), both(r["after_grace"]), both(r["missing"]))),
        ),
    )  # fmt: skip


def _completeness(pack: Pack, values: pl.DataFrame) -> Section:
    columns = (
        _count("报告期", "Periods"), _count("新区", "Areas"), _count("报表", "Returns"), _count("已发布", "Released"),
        _count("应有数值", "Values due"), _count("完整率", "There"), _count("估计占比", "Estimated"), _EVENTS,
    )  # fmt: skip

    def told(row: Row) -> tuple[Text, ...]:
        return (
            both(row["periods"]), both(f"{row['areas']}/{len(pack.areas)}"), both(row["returns"]), both(row["released"]),
            both(row["due"]), _rate(row["completeness"]), _rate(row["estimated_share"]), _span(row),
        )  # fmt: skip

    return Section(
        heading=Text("完整性、覆盖与估计", "Completeness, coverage and estimates"),
        blocks=(_table(Text("有效报表的数值", "Values of the returns in force"), Text("报表", "Form"), columns, values,
                       lambda r: _form(pack, r["form"]), told),),
    )  # fmt: skip


def _validation(pack: Pack, validation: pl.DataFrame) -> Section:
    columns = (
        _count("规则", "Checks"), _count("触发过", "That fired"), _count("成立", "Hold"), _count("不成立", "Fail"),
        _count("无法判定", "Can't be told"), _count("通过率", "Pass rate"), _count("说明", "Explained"),
        _count("认可/退回", "Accepted / refused"), _EVENTS,
    )  # fmt: skip

    def told(row: Row) -> tuple[Text, ...]:
        return (
            both(row["checks"]), both(row["firing"]), both(row["holds"]), both(row["fails"]), both(row["indeterminate"]),
            _rate(row["pass_rate"]), both(row["explained"]), both(f"{row['words_accepted']}/{row['words_refused']}"), _span(row),
        )  # fmt: skip

    return Section(
        heading=Text("校核", "Validation"),
        blocks=(
            note("通过率为成立次数与可判定次数之比；错误在报送时即被拒收，不在此列。",
                 "The pass rate is the share of the checks that could be told. Returns with errors were refused at the door and stand nowhere here."),
            _table(Text("有效报表的校核", "Checks of the returns in force"), Text("报表", "Form"), columns, validation,
                   lambda r: _form(pack, r["form"]), told),
        ),
    )  # fmt: skip


def _revisions(pack: Pack, revisions: pl.DataFrame) -> Section:
    revised = revisions.filter(pl.col("revised") > 0)
    columns = (
        _count("数", "Figures"), _count("修订", "Revised"), _count("平均修订 MR", "Mean MR"), _count("平均绝对修订 MAR", "Absolute MAR"),
        _count("相对 MAR", "Relative MAR"), _count("上调占比", "Upward"), _count("偏差 p 值", "Bias, p"), _EVENTS,
    )  # fmt: skip

    def told(row: Row) -> tuple[Text, ...]:
        p_value = _decimal(row["p_value"], 3) if row["note"] != "no_test" else Text("不检验", "no test")
        return (
            both(row["figures"]), both(row["revised"]), _decimal(row["mean_revision"], 4),
            _decimal(row["mean_absolute_revision"], 4), _rate(row["relative_absolute_revision"]), _rate(row["share_upward"]),
            p_value, _span(row),
        )  # fmt: skip

    rest = revisions.height - revised.height
    return Section(
        heading=Text("修订", "Revisions"),
        blocks=(
            say("从首次所知到最近一次所知的变化；另有{rest}个指标没有修订。p 值检验平均修订是否为零，同一新区相邻期的数并不独立，p 值偏小。",
                "Changes from the first known value to the last; {rest} more indicators were not revised. p tests whether the mean revision "
                "is zero; figures of one area in neighbouring periods are not independent, which makes p too small.", rest=rest),
            _table(Text("有修订的指标", "Indicators that were revised"), Text("指标", "Indicator"), columns, revised,
                   lambda r: name_of(pack, r["indicator"]), told),
        ),
    )  # fmt: skip


def _method() -> Section:
    return Section(
        heading=Text("方法", "Method"),
        blocks=(
            say("本报告只读日志与对象。每行的事件为其所计的报送至接收事件：首尾编号与份数；xinqu log 按编号列出。",
                "This report reads the log and its objects alone. Each row names the events it counts, from filing to acceptance: first "
                "and last number and how many; xinqu log lists them."),
            say("维度依据：欧洲统计体系《质量与元数据报告手册》（2020）之及时性、准时性、完整性、修订指标；GSBPM 5.1 质量管理。",
                "Dimensions: ESS handbook for quality and metadata reports (2020): timeliness, punctuality, completeness and revisions; "
                "GSBPM 5.1, quality management."),
        ),
    )  # fmt: skip


def _table(
    caption: Text, first: Text, columns: Sequence[Column], frame: pl.DataFrame, named: Callable[[Row], Text],
    told: Callable[[Row], tuple[Text, ...]],
) -> Table:  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (cell(named(row)), *(cell(text) for text in told(row))) for row in frame.iter_rows(named=True)
    )
    empty = () if rows else (Text("没有可计的数", "nothing to count"),)
    return Table(caption=caption, columns=(Column(head=first, width=6), *columns), rows=rows, notes=empty)


def _count(zh: str, en: str) -> Column:
    return Column(head=Text(zh, en), align="right", width=3)


def _form(pack: Pack, form: str) -> Text:
    name = pack.forms[form].name
    return Text(f"{form} {name.zh}", f"{form} {name.en}")


def _span(row: Row) -> Text:
    if not row.get("events"):
        return _NONE
    return both(f"#{row['first_event']}–#{row['last_event']} ({row['events']})")


def _share(part: int, whole: int) -> Text:
    return _rate(part / whole if whole else None)


def _rate(value: float | None) -> Text:
    return _NONE if value is None else both(f"{100 * value:.1f}%")


def _days(value: float | None) -> Text:
    return _decimal(value, 1)


def _decimal(value: float | None, digits: int) -> Text:
    if value is None:
        return _NONE
    text = f"{value:.{digits}f}"
    return both("0" if float(text) == 0 else text.replace("-", "−"))
