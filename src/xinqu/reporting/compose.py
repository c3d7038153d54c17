"""Small makers of report parts, so that the composing modules read like the report."""

import datetime as dt
from collections.abc import Sequence

from xinqu.reporting.model import Cell, Edition, Inline, Note, Paragraph, Ref, Words
from xinqu.reporting.numbers import date_text
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text

ISSUER = Text("新区系统（非官方演示）", "xinqu system (unofficial demonstration)")


def words(text: Text) -> Words:
    """Return ``text`` as a part of a paragraph or cell."""
    return Words(text=text)


def cell(text: Text | Inline) -> Cell:
    """Return a cell of one part."""
    return (Words(text=text) if isinstance(text, Text) else text,)


def say(zh: str, en: str, **values: object) -> Paragraph:
    """Return a paragraph without figures."""
    return Paragraph(parts=cell(Text(zh, en).fill(**values)))


def note(zh: str, en: str, **values: object) -> Note:
    """Return a remark in small type."""
    return Note(parts=cell(Text(zh, en).fill(**values)))


def both(value: object) -> Text:
    """Return a code or number that both languages write alike."""
    return Text(str(value), str(value))


def joined(texts: Sequence[Text]) -> Text:
    """Return an enumeration: 、 in Chinese, commas in English."""
    return Text("、".join(t.zh for t in texts), ", ".join(t.en for t in texts))


def quoted_list(entries: Sequence[tuple[Text, Ref]]) -> tuple[Inline, ...]:
    """Return labels each followed by its figure, separated by 、 and commas."""
    parts: list[Inline] = []
    for place, (label, ref) in enumerate(entries):
        lead = Text("、", ", ") if place else Text("", "")
        parts += [words(Text(lead.zh + label.zh, f"{lead.en}{label.en} ")), ref]
    return tuple(parts)


def day(date: dt.date) -> Text:
    """Return a day as running text writes it."""
    return date_text(date.isoformat())


def issuer_of(realm: Realm, named: Text | None) -> Text:
    """Return who a report names as its issuer: outside the official realm always the neutral one, never a real organ.

    Raises:
        ValueError: when a report of an official realm has no issuer.
    """
    if realm is not Realm.OFFICIAL:
        return ISSUER
    if named is None:
        raise ValueError("a report of an official realm needs its issuer")
    return named


def edition_words(edition: Edition) -> Text:
    """Return vintage and day as a subtitle prints them."""
    as_of = day(edition.as_of)
    return Text(
        f"数据版本：第{edition.vintage}号事件　截至{as_of.zh}", f"Vintage: event {edition.vintage}; as of {as_of.en}"
    )


def chart_edition(edition: Edition) -> tuple[Text, ...]:
    """Return vintage and rule version as every chart prints them."""
    as_of = edition.as_of.isoformat()
    rules = f"{edition.pack_id} {edition.pack_version}"
    return (
        Text(
            f"版本：第{edition.vintage}号事件（{edition.vintage_on}），截至{as_of}　规则：{rules}",
            f"Vintage: event {edition.vintage} ({edition.vintage_on}), as of {as_of}. Rules: {rules}",
        ),
    )
