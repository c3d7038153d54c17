"""What an SDMX REST 2 request asks for, read strictly: artefacts, a data key with wildcards, filters on components."""

import datetime as dt
import re
from collections.abc import Callable, Mapping

import msgspec
import polars as pl

from xinqu.returns import sdmx_names as names
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

KEY_DIMENSIONS = names.DIMENSIONS[:-1]  # the time period is asked for by a filter, never in the key
ANY = "*"
_FILTER = re.compile(r"c\[(\w+)\]")
_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "co", "nc", "sw", "ew")
_PLAIN = ("attributes", "measures", "dimensionAtObservation", "updatedAfter", "includeHistory", "firstNObservations",
          "lastNObservations", "startPeriod", "endPeriod", "references", "detail", "asOf")  # fmt: skip
_UNSUPPORTED = ("updatedAfter", "includeHistory", "firstNObservations", "lastNObservations", "asOf")
_EARLIEST, _LATEST = dt.date.min, dt.date.max


class DataQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A data query: alternatives of codes per key dimension (empty: any), and conditions on components.

    ``conditions``: component -> alternatives of which one must hold, each a list of (operator, value) that all hold.
    """

    keys: tuple[tuple[tuple[str, ...], ...], ...]
    conditions: Mapping[str, tuple[tuple[tuple[str, str], ...], ...]]


def data_query(key: str, parameters: Mapping[str, str]) -> DataQuery:
    """Read key and parameters; ``parameters`` holds each once, with + read as a space as in any query.

    Raises:
        Refused: XQ-SDMX-021 for a syntax that is wrong or a parameter that is not known or not served.
    """
    conditions: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {}
    for name, text in parameters.items():
        found = _FILTER.fullmatch(name)
        if found is None:
            _refuse_parameter(name)
            continue
        if found[1] not in names.COMPONENTS:
            raise Refused(syntax(name, Text("没有该成分", "there is no such component")))
        conditions[found[1]] = _alternatives(name, text)
    bounds = [
        (operator, parameters[name])
        for operator, name in (("ge", "startPeriod"), ("le", "endPeriod"))
        if name in parameters
    ]
    if bounds:
        before = conditions.get("TIME_PERIOD", ((),))
        conditions["TIME_PERIOD"] = tuple((*one, *bounds) for one in before)
    for _, value in (pair for one in conditions.get("TIME_PERIOD", ()) for pair in one):
        period_days(value)
    return DataQuery(keys=tuple(_key(one) for one in key.split(",")), conditions=conditions)


def _refuse_parameter(name: str) -> None:
    if name in _UNSUPPORTED:
        raise Refused(syntax(name, Text("本服务不提供该参数", "this service does not offer the parameter")))
    if name not in _PLAIN:
        raise Refused(syntax(name, Text("不认识该参数", "the parameter is not known")))


def _key(text: str) -> tuple[tuple[str, ...], ...]:
    if text in (ANY, "", "all"):
        return tuple(() for _ in KEY_DIMENSIONS)
    parts = text.split(".")
    if len(parts) != len(KEY_DIMENSIONS):
        said = f"{len(parts)} / {len(KEY_DIMENSIONS)}: {'.'.join(KEY_DIMENSIONS)}"
        raise Refused(
            syntax(text, Text(f"键的维度数不符：{said}", f"the key has another number of dimensions: {said}"))
        )
    return tuple(() if part in (ANY, "") else tuple(part.split("+")) for part in parts)


def _alternatives(name: str, text: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Read ``ge:2024-01+le:2024-06`` or ``2024,2025``: commas are or, plus signs are and."""
    found = []
    for one in text.split(","):
        pairs = []
        for part in re.split(r"[ +]", one):
            operator, colon, value = part.partition(":")
            if not colon:
                operator, value = "eq", part
            if operator not in _OPERATORS or not value:
                raise Refused(
                    syntax(f"{name}={text}", Text("写作 ge:2024-01+le:2024-06", "write ge:2024-01+le:2024-06"))
                )
            pairs.append((operator, value))
        found.append(tuple(pairs))
    return tuple(found)


def period_days(text: str) -> tuple[dt.date, dt.date]:
    """Return first and last day of a period or day as SDMX writes it.

    Raises:
        Refused: XQ-SDMX-021 when it is neither.
    """
    plain = re.sub(r"-(?:M(\d\d)|A1)$", lambda m: f"-{m[1]}" if m[1] else "", text)
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", plain):
            day = dt.date.fromisoformat(plain)
            return day, day
        period = Period.parse(plain)
    except (Refused, ValueError):
        raise Refused(syntax(text, Text("不是报告期", "it is no period"))) from None
    return period.start, period.end


def matches(query: DataQuery) -> pl.Expr:
    """Return the condition on a frame of observations whose columns are the components, all text."""
    wanted = pl.lit(False)  # noqa: FBT003 - a literal of Polars
    for key in query.keys:
        mine = pl.lit(True)  # noqa: FBT003
        for name, codes in zip(KEY_DIMENSIONS, key, strict=True):
            if codes:
                mine = mine & pl.col(name).is_in(list(codes))
        wanted = wanted | mine
    for name, alternatives in query.conditions.items():
        either = pl.lit(False)  # noqa: FBT003
        for pairs in alternatives:
            every = pl.lit(True)  # noqa: FBT003
            for operator, value in pairs:
                every = every & _test(name, operator, value)
            either = either | every
        wanted = wanted & either.fill_null(value=False)
    return wanted


def _test(name: str, operator: str, value: str) -> pl.Expr:
    column = pl.col(name)
    if name == "TIME_PERIOD" and operator in ("lt", "le", "gt", "ge", "eq", "ne"):
        return _of_time(operator, value)
    texts: dict[str, Callable[[], pl.Expr]] = {
        "eq": lambda: column == value, "ne": lambda: column != value,
        "co": lambda: column.str.contains(value, literal=True), "nc": lambda: ~column.str.contains(value, literal=True),
        "sw": lambda: column.str.starts_with(value), "ew": lambda: column.str.ends_with(value),
    }  # fmt: skip
    if operator in texts:
        return texts[operator]()
    try:
        bound = float(value)
    except ValueError:
        raise Refused(syntax(f"{name}={operator}:{value}", Text("只能与数比较", "it compares numbers alone"))) from None
    number = column.cast(pl.Float64, strict=False)
    return {"lt": number < bound, "le": number <= bound, "gt": number > bound, "ge": number >= bound}[operator]


def _of_time(operator: str, value: str) -> pl.Expr:
    """A period is from another on when its first day is not earlier, up to it when its last day is not later."""
    first, last = period_days(value)
    column = pl.col("TIME_PERIOD")
    starts = column.map_elements(lambda text: period_days(text)[0], return_dtype=pl.Date)
    ends = column.map_elements(lambda text: period_days(text)[1], return_dtype=pl.Date)
    return {
        "ge": starts >= first, "gt": starts > last, "le": ends <= last, "lt": ends < first,
        "eq": (starts == first) & (ends == last), "ne": (starts != first) | (ends != last),
    }[operator]  # fmt: skip


def syntax(subject: str, why: Text) -> Problem:
    """The request is not one of the standard, or asks for what is not served."""
    return Problem(
        code="XQ-SDMX-021", where=Where(subject=subject[:120]),
        what=Text("SDMX 查询写法有误", "the SDMX query is not well formed"), why=why,
        fix=Text("按 SDMX REST 2.x 书写；见 docs/architecture.md", "write it as SDMX REST 2.x has it; docs/architecture.md says what is served"),
    )  # fmt: skip


def nothing_found(subject: str) -> Problem:
    """No artefact or observation that the asker may see."""
    return Problem(
        code="XQ-SDMX-022", where=Where(subject=subject[:120]),
        what=Text("没有符合条件的结果", "nothing answers the query"),
        why=Text("不存在，或尚未发布", "it does not exist or is not released"),
        fix=Text("放宽条件，或查看发布日历", "ask for more, or see the calendar of releases"),
    )  # fmt: skip


def no_such_format(accept: str) -> Problem:
    """None of the formats that the asker takes is served."""
    return Problem(
        code="XQ-SDMX-023", where=Where(subject=accept[:120]),
        what=Text("没有所要的格式", "none of the formats asked for is served"),
        why=Text("数据：SDMX-CSV 2.0、SDMX-ML 3.0；结构：SDMX-ML 3.0、SDMX-JSON 2.0",
                 "data: SDMX-CSV 2.0, SDMX-ML 3.0; structure: SDMX-ML 3.0, SDMX-JSON 2.0"),
        fix=Text("改 Accept", "change Accept"),
    )  # fmt: skip


def too_large(count: int, most: int) -> Problem:
    """More returns than one answer holds."""
    return Problem(
        code="XQ-SDMX-024", where=Where(subject=f"{count} > {most}"),
        what=Text(f"一次至多{most}份报表，所要有{count}份", f"one answer holds at most {most} returns; this asks for {count}"),
        fix=Text("按地区或报告期分次查询", "ask by area or by period"),
    )  # fmt: skip
