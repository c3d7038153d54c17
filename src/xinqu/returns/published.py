"""Published figures as backfill returns, one per area, form and period, through the same door as any return."""

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.csv_write import BOM, header_lines
from xinqu.returns.document import UNSTATED, Header, ReturnDocument
from xinqu.returns.layout import NOTE_COLUMNS, escape_text
from xinqu.returns.published_rules import PUBLISHED, Entering, Figure, apply_rules, load_tables
from xinqu.returns.read import read_return
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.text import Text

_CONFIDENCE = ("official", "official-reprint", "press", "secondary")
_COLUMNS = ("code", "value", "unit", "half_digit", "scope", *NOTE_COLUMNS)


class Upload(msgspec.Struct, frozen=True):
    """A CSV return ready for ``read_return`` (with ``origin=Origin.PUBLISHED``)."""

    filename: str
    body: bytes
    form: str
    area: str
    period: str


class Choice(msgspec.Struct, frozen=True):
    """One cell with the figure taken and those that lost to it, best first."""

    taken: Entering
    lost: list[Entering]

    @property
    def in_conflict(self) -> bool:
        """Whether two sources give different values under the same wording of the scope."""
        return any(_relation(self.taken, other) == "differs" for other in self.lost)


def choose(entering: Sequence[Entering]) -> list[Choice]:
    """Return one choice per cell, sorted by form, area, period and item."""
    cells: dict[tuple[str, str, str, str], list[Entering]] = defaultdict(list)
    for one in entering:
        cells[one.form, one.figure.area, str(one.period), one.item].append(one)
    choices = []
    for _, candidates in sorted(cells.items()):
        taken, *lost = sorted(candidates, key=lambda one: rank(one.figure))
        choices.append(Choice(taken, lost))
    return choices


def rank(figure: Figure) -> tuple[int, tuple[int, int, int], int, str]:
    """Return the place of a figure among those of its cell, lowest first.

    official > official-reprint > press > secondary, then the later date named in the title (none = earliest), then the
    value with more published digits, then source_id.
    """
    year, month, day = named_date(figure.source_title)
    return (
        _CONFIDENCE.index(figure.confidence),
        (-year, -month, -day),
        -published_digits(figure.value),
        figure.source_id,
    )


def named_date(title: str) -> tuple[int, int, int]:
    """Return the latest date a title names as (year, month, day); parts it doesn't name are 0."""
    found = re.findall(r"(?<!\d)((?:19|20)\d\d)(?:[-年](\d{1,2})(?!\d)(?:[-月](\d{1,2})(?!\d))?)?", title)
    dates = ((int(year), int(month or 0), int(day or 0)) for year, month, day in found)
    return max(dates, default=(0, 0, 0))


def published_digits(value: str) -> int:
    """Return how many significant digits a value was published with."""
    return len(value.lstrip("-").replace(".", "").lstrip("0"))


_CRITERIA = (
    ("confidence", Text("来源级别较低", "its source ranks lower")),
    ("date", Text("标题所载日期较早", "its title names an earlier date, or none")),
    ("digits", Text("公布位数较少", "it was published with fewer digits")),
    ("source_id", Text("其余相同，按来源编号取前者", "all else equal, the first source id is taken")),
)


def _lost_by(taken: Entering, lost: Entering) -> tuple[str, Text]:
    pairs = zip(rank(taken.figure), rank(lost.figure), _CRITERIA, strict=True)
    return next(((name, words) for a, b, (name, words) in pairs if a != b), _CRITERIA[-1])


def _relation(taken: Entering, lost: Entering) -> str:
    """Return ``same`` value, ``differs``, or ``other_wording``: another value under another wording of the scope."""
    if float(taken.figure.value) == float(lost.figure.value):
        return "same"
    return "differs" if taken.figure.scope == lost.figure.scope else "other_wording"


def published_uploads(pack: Pack, folder: Path = PUBLISHED) -> list[Upload]:
    """Return one CSV upload per (form, area, period) that has a figure, sorted by that key."""
    entering, _ = apply_rules(load_tables(folder), pack)
    returns: dict[tuple[str, str, str], list[Choice]] = defaultdict(list)
    for choice in choose(entering):
        taken = choice.taken
        returns[taken.form, taken.figure.area, str(taken.period)].append(choice)
    return [_upload(pack, key, choices) for key, choices in returns.items()]


def published_documents(pack: Pack, *, as_of: dt.date, folder: Path = PUBLISHED) -> list[ReturnDocument]:
    """Return the published figures as read returns of origin ``published``, in the order of ``published_uploads``."""
    return [
        read_return(pack, upload.body, upload.filename, as_of=as_of, expect_form=upload.form, origin=Origin.PUBLISHED)
        for upload in published_uploads(pack, folder)
    ]


def not_entered(pack: Pack, folder: Path = PUBLISHED) -> pl.DataFrame:
    """Return every figure that fills no cell: its columns, ``kind`` of reason and ``reason_zh``, ``reason_en``."""
    _, refused = apply_rules(load_tables(folder), pack)
    rows = [
        {**msgspec.structs.asdict(one.figure), "kind": one.kind, "reason_zh": one.reason.zh, "reason_en": one.reason.en}
        for one in refused
    ]
    return pl.DataFrame(rows)


def _upload(pack: Pack, key: tuple[str, str, str], choices: list[Choice]) -> Upload:
    form, area, period = key
    scopes = {choice.taken.scope for choice in choices}
    header = Header(
        form=form,
        form_version=pack.forms[form].version,
        area=area,
        period=period,
        kind="backfill",
        scope=scopes.pop() if len(scopes) == 1 else UNSTATED,
    )
    out = io.StringIO(newline="")
    out.write(BOM + header_lines(header))
    writer = csv.DictWriter(out, _COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for choice in choices:
        writer.writerow({name: escape_text(text) for name, text in _cells(choice).items()})
    return Upload(f"published_{form}_{area}_{period}.csv", out.getvalue().encode(), form, area, period)


def _cells(choice: Choice) -> dict[str, str]:
    figure, rule = choice.taken.figure, choice.taken.rule
    cells = {
        "code": choice.taken.item,
        "unit": figure.unit,
        "half_digit": "y",  # a published figure is rounded at its last digit
        "scope": choice.taken.scope,
        "source_title": figure.source_title,
        "source_address": figure.source_address,
        "source_id": figure.source_id,
        "source_quote": figure.quote,
        "source_confidence": figure.confidence,
        "source_value": figure.value,
        "source_unit": figure.unit,
        "source_period": figure.period,
        "source_qualifier": figure.qualifier,
        "source_scope": figure.scope,
        "source_remark": rule.reason if "definition" in rule.reason else "",
        "source_alternatives": canonical_json(_alternatives(choice)).decode() if choice.lost else "",
    }
    return {"value": figure.value, **cells}


def _alternatives(choice: Choice) -> list[dict[str, Any]]:
    """Return what the note keeps of each figure that lost: all its facts, how it relates, and why it lost."""
    kept = []
    for lost in choice.lost:
        name, words = _lost_by(choice.taken, lost)
        figure = lost.figure
        kept.append(
            {
                "source_title": figure.source_title,
                "source_address": figure.source_address,
                "source_id": figure.source_id,
                "quote": figure.quote,
                "confidence": figure.confidence,
                "published_value": figure.value,
                "published_unit": figure.unit,
                "published_period": figure.period,
                "published_scope": figure.scope,
                "qualifier": figure.qualifier,
                "scope": lost.scope,
                "relation": _relation(choice.taken, lost),
                "lost_by": name,
                "reason_zh": words.zh,
                "reason_en": words.en,
            }
        )
    return kept
