"""`policy show`: an article with what serves each sentence, or one record as it stands in the pack, in words."""

import datetime as dt

import msgspec

from xinqu.policy import model
from xinqu.policy.pack import Pack
from xinqu.vocabulary.text import Lang, Text

_KINDS = (
    "measure",
    "instrument",
    "indicator",
    "form",
    "form_version",
    "check",
    "parameter",
    "framework",
    "target",
    "area",
    "report",
    "sentence",
)
_PLURAL = {kind: f"{kind}s" for kind in _KINDS}


def show(pack: Pack, what: str, *, on: dt.date | None, lang: Lang) -> list[str] | None:
    """Return the lines that tell of an article number or a record's id; None when the pack has neither.

    ``on`` picks the parameter version in force that day; other records say whether they are in force then.
    """
    if what.isdigit():
        return _article(pack, int(what), lang) if int(what) in pack.info.served_articles else None
    kinds = [kind for kind in _KINDS if what in getattr(pack, _PLURAL[kind])]
    lines: list[str] = []
    for kind in kinds:
        record = getattr(pack, _PLURAL[kind])[what]
        lines += [*_head(pack, kind, what, record, lang), *_body(record, on, lang)]
    return lines or None


def _article(pack: Pack, article: int, lang: Lang) -> list[str]:
    lines = []
    for sentence in pack.sentences.values():
        if sentence.article != article:
            continue
        mark = "" if lang == "en" or sentence.zh_status == "seen" else "〔待核对〕"
        lines.append(f"{sentence.id}  {sentence.text.say(lang)}{mark}")
        measure = pack.measures.get(sentence.id)
        if measure:
            lines += [f"    {name}  {pack.instruments[name].name.say(lang)}" for name in measure.instruments]
            lines += [f"    {name}  {pack.indicators[name].name.say(lang)}" for name in measure.indicators]
            lines.append(f"    {Text('报告行', 'report line').say(lang)} {measure.report_line}")
    return lines


def _head(pack: Pack, kind: str, what: str, record: model.Record, lang: Lang) -> list[str]:
    name = getattr(record, "name", None) or getattr(record, "title", None)
    place = pack.places.get(f"{kind}:{what}")
    return [
        f"{kind} {what}  {name.say(lang) if isinstance(name, Text) else ''}".rstrip(),
        f"  {place.file}:{place.line}" if place else "",
    ]


def _body(record: model.Record, on: dt.date | None, lang: Lang) -> list[str]:
    if isinstance(record, model.Parameter) and on is not None:
        version = record.on(on)
        none = Text(f"  {on} 无有效版本", f"  no version in force on {on}").say(lang)
        return [f"  {_say(version, lang)} {record.unit}"] if version else [none]
    lines = []
    for field in record.__struct_fields__:
        value = getattr(record, field)
        if field in {"id", "name", "title"} or value in ("", [], None):
            continue
        if isinstance(value, list) and value and isinstance(value[0], msgspec.Struct):
            lines += [f"  {field}:", *(f"    {_say(entry, lang)}" for entry in value)]
        else:
            lines.append(f"  {field}: {_say(value, lang)}")
    starts, ends = getattr(record, "valid_from", None), getattr(record, "valid_to", None)
    if on is not None and starts is not None and not (starts <= on and (ends is None or on <= ends)):
        lines.append(Text(f"  {on} 不在有效期内", f"  not in force on {on}").say(lang))
    return lines


def _say(value: object, lang: Lang) -> str:
    if isinstance(value, Text):
        return value.say(lang)
    if isinstance(value, msgspec.Struct):
        parts = ((field, getattr(value, field)) for field in value.__struct_fields__)
        return "  ".join(f"{field}={_say(part, lang)}" for field, part in parts if part not in ("", [], None, False))
    if isinstance(value, list):
        return ", ".join(_say(entry, lang) for entry in value)
    return str(value)
