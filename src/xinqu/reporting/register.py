"""Collects the figures a report quotes, each once, and hands out references to them."""

from collections.abc import Mapping
from typing import Any

from xinqu.policy.pack import Pack
from xinqu.reporting.model import Figure, Ref
from xinqu.reporting.numbers import exact_text, shown, shown_money, shown_unknown, unit_label
from xinqu.vocabulary.origin import Origin, worst_origin
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

MISSING_SCOPE = Text("未说明口径", "scope not stated")


class FigureRegister:
    """The quoted figures in the order in which they are first quoted."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._places: dict[str, int] = {}
        self._figures: list[Figure] = []

    def add(self, row: Mapping[str, Any]) -> int:
        """Register a row of the figures frame and return its position; the same address is registered once."""
        trace = f"{row['indicator']}/{row['area']}/{row['period']}"
        if trace not in self._places:
            self._places[trace] = len(self._figures)
            self._figures.append(figure_of(row, self._pack))
        return self._places[trace]

    def quote(self, row: Mapping[str, Any], *, dated: bool = False) -> Ref:
        """Register a row and return the reference that stands in the text."""
        return Ref(figure=self.add(row), dated=dated)

    def __getitem__(self, place: int) -> Figure:
        return self._figures[place]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures quoted so far."""
        return tuple(self._figures)

    @property
    def origin(self) -> Origin:
        """The worst origin of the known figures."""
        return worst_origin(figure.origin for figure in self._figures if figure.value is not None)


def area_name(pack: Pack, code: str) -> Text:
    """Return an area's name as reports use it: short in Chinese, without "New Area" in English; an unknown code as it is."""
    area = pack.areas.get(code)
    return Text(area.short.zh, area.name.en.removesuffix(" New Area")) if area else Text(code, code)


def name_of(pack: Pack, code: str) -> Text:
    """Return the name of an indicator or item; an unknown code as it is."""
    record = pack.indicators.get(code) or pack.items.get(code)
    return record.name if record else Text(code, code)


def figure_of(row: Mapping[str, Any], pack: Pack) -> Figure:
    """Return one row of the figures frame (of ``items.reported_items``: an item) as a quoted figure."""
    unit = row["unit"]
    value = None if row["value"] is None else exact_text(row["value"])
    reason = None if value is not None else Unknown(row["unknown"] or Unknown.MISSING)
    printed, label = (shown_unknown(reason), say_unit(pack, unit)) if reason else printed_value(pack, value or "", unit)
    return Figure(
        trace=f"{row['indicator']}/{row['area']}/{row['period']}",
        name=name_of(pack, row["indicator"]),
        area=area_name(pack, row["area"]),
        value=value,
        shown=printed,
        unit=unit,
        unit_label=label,
        scope=row["scope"] or "unstated",
        origin=Origin(row["origin"] or Origin.REPORTED),
        status=row["status"] or "trial",
        unknown=reason,
        form="" if row["indicator"] in pack.indicators else pack.form_of_item.get(row["indicator"], ""),
        records=tuple(row["submissions"] or ()),
    )


def printed_value(pack: Pack, value: str, unit: str) -> tuple[Text, Text]:
    """Return a value as printed and the unit it is printed in; only money in 万元 is printed in another unit."""
    return shown_money(value) if unit == "wan_yuan" else (shown(value, unit), say_unit(pack, unit))


def say_unit(pack: Pack, code: str) -> Text:
    """Return the label of a unit code as reports print it."""
    unit = pack.units.get(code)
    return unit_label(code, unit.name.zh if unit else code)


def say_scope(pack: Pack, scope: str) -> Text:
    """Return a scope key such as ``S4@2009-04-24`` in words: code and name; ``unstated`` says so."""
    code = scope.partition("@")[0]
    record = pack.codelists.get("CL_SCOPE", {}).get(code)
    if record is None:
        return MISSING_SCOPE if code in {"", "unstated"} else Text(code, code)
    return Text(f"{code} {record.name.zh}", f"{code} {record.name.en.replace('_', ' ')}")
