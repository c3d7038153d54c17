"""How the form workbook looks: colours, fonts, widths and number formats, in one place."""

from typing import Any

import xlsxwriter

from xinqu.policy.model import Item

FONT = "Microsoft YaHei"
INK, MUTED, LINE = "#1F2933", "#6B7785", "#D5DBE1"
HEAD, REQUIRED, OPTIONAL, LOCKED = "#1F4E79", "#FFF6D6", "#FFFFFF", "#F4F6F8"
TEXT_IN_NUMBER = "#FBD9C6"
HOLDS, FAILS = "#1B7F4B", "#B42318"
WIDTHS = {
    "code": 18,
    "number": 5.5,
    "label": 34,
    "label2": 40,
    "unit": 10,
    "value": 18,
    "state": 9,
    "scope": 15,
    "half_digit": 10,
    "origin": 9,
    "note": 34,
    "last": 15,
    "live": 13,
}
_CELL = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", "border": 1, "border_color": LINE}


class Styles:
    """The formats of one workbook, made once each."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self.title = self._add(font_size=16, bold=True, font_color=HEAD, border=0)
        self.subtitle = self._add(font_size=9, font_color=MUTED, border=0)
        self.field = self._add(bold=True, align="right", bg_color=LOCKED)
        self.field_open = self._add(bg_color=REQUIRED, locked=False, num_format="@", indent=1)
        self.field_optional = self._add(bg_color=OPTIONAL, locked=False, num_format="@", indent=1)
        self.field_fixed = self._add(bg_color=LOCKED, bold=True, num_format="@", indent=1)
        self.help = self._add(font_size=9, font_color=MUTED, bg_color=LOCKED, text_wrap=True, valign="top", indent=1)
        self.heading = self._add(bold=True, font_color="#FFFFFF", bg_color=HEAD, align="center", text_wrap=True)
        self.hidden = self._add(font_size=8, font_color=MUTED, border=0)
        self.number = self._add(align="center", font_color=MUTED, bg_color=LOCKED)
        self.label = self._add(bg_color=LOCKED, text_wrap=True, indent=1)
        self.label2 = self._add(bg_color=LOCKED, font_size=8, font_color=MUTED, text_wrap=True, indent=1)
        self.unit_fixed = self._add(align="center", bg_color=LOCKED)
        self.unit_open = self._add(align="center", locked=False)
        self.choice = self._add(align="center", locked=False, font_size=9)
        self.note = self._add(locked=False, text_wrap=True, font_size=9, indent=1)
        self.last = self._add(align="right", font_color=MUTED, bg_color=LOCKED, num_format="#,##0.00####", indent=1)
        self.live = self._add(align="center", bg_color=LOCKED, num_format="+#,##0.00##;-#,##0.00##;0", locked=True)
        self.live_holds = book.add_format({"font_color": HOLDS, "bold": True})
        self.live_fails = book.add_format({"font_color": FAILS, "bg_color": TEXT_IN_NUMBER, "bold": True})
        self.plain = self._add(border=0, text_wrap=True)
        self.sample_required = self._add(bg_color=REQUIRED)
        self.sample_optional = self._add(bg_color=OPTIONAL)
        self.sample_locked = self._add(bg_color=LOCKED)
        self.foot = self._add(font_size=9, font_color=MUTED, border=0, text_wrap=True, valign="top")
        self.warning = book.add_format({"bg_color": TEXT_IN_NUMBER})
        self._values: dict[tuple[str, bool], Any] = {}

    def _add(self, **parts: object) -> Any:
        return self._book.add_format({**_CELL, **parts})

    def value(self, item: Item) -> Any:
        """Return the format of an item's value cell; required ones are tinted."""
        shape = {"integer": "#,##0", "decimal": "#,##0.00####"}.get(item.type, "@")
        key = shape, item.required
        if key not in self._values:
            align = "left" if shape == "@" else "right"
            fill = REQUIRED if item.required else OPTIONAL
            self._values[key] = self._add(num_format=shape, align=align, bg_color=fill, locked=False, indent=1)
        return self._values[key]

    def record(self, item: Item) -> Any:
        """Return the format of an item's column in a record sheet: required ones are tinted, keys grey."""
        shape = {"integer": "#,##0", "decimal": "#,##0.00####"}.get(item.type, "@")
        fill = LOCKED if item.key else REQUIRED if item.required else OPTIONAL
        key = f"{shape} {fill}", item.required
        if key not in self._values:
            self._values[key] = self._add(num_format=shape, bg_color=fill, align="left" if shape == "@" else "right")
        return self._values[key]
