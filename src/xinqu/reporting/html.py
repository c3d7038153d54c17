"""Draws a report as one HTML page without script, or as a fragment for the web shell; every figure links to its trace."""

import importlib.resources
from collections.abc import Sequence
from functools import lru_cache
from html import escape

from xinqu.reporting.model import Report
from xinqu.reporting.plan import Address, Drawn, Entry, Part, Plan, plan
from xinqu.vocabulary.text import Lang

_LANGS: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}


def trace_address(pattern: str = "../figures/{trace}/") -> Address:
    """Return the function from trace id to URL; ``{trace}`` in the pattern stands for ``Q01/nansha/2023-Q4``."""
    return lambda trace: pattern.replace("{trace}", trace)


def render_html(report: Report, *, lang: Lang = "zh", address: Address | None = None) -> str:
    """Return one self-contained page: style inside, no script, nothing fetched."""
    drawn = plan(report, lang=lang, address=address or trace_address())
    return (
        f'<!DOCTYPE html>\n<html lang="{_LANGS[lang]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_safe(drawn.title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n<main>\n"
        f"{_body(drawn)}</main>\n</body>\n</html>\n"
    )


def render_fragment(report: Report, *, lang: Lang = "zh", address: Address | None = None) -> str:
    """Return the article alone, for a page that has its own head and style sheet (no style element, no style attribute)."""
    return _body(plan(report, lang=lang, address=address or trace_address()))


@lru_cache(maxsize=1)
def _style() -> str:
    return (importlib.resources.files("xinqu.reporting") / "templates" / "report.css").read_text(encoding="utf-8")


def _body(drawn: Plan) -> str:
    kind = " xq-simulated" if drawn.simulated else ""
    mark = f'<p class="xq-mark">{_safe(drawn.mark)}</p>\n' if drawn.mark else ""
    addressee = f'<p class="xq-addressee">{_safe(drawn.addressee)}</p>\n' if drawn.addressee else ""
    statement = f"<p>{_safe(drawn.statement)}</p>\n" if drawn.statement else ""
    closing = "".join(f'<p class="xq-closing">{_safe(line)}</p>\n' for line in drawn.closing)
    blocks = "".join(_block(block) for block in drawn.blocks)
    return (
        f'<article class="xq-report{kind}" lang="{_LANGS[drawn.lang]}">\n<header>\n{mark}'
        f'<p class="xq-issuer">{_safe(drawn.issuer)}</p>\n<h1>{_safe(drawn.title)}</h1>\n'
        f'<p class="xq-edition">{_safe(drawn.subtitle)}</p>\n</header>\n{addressee}{blocks}{statement}{closing}'
        f"{_register(drawn)}{_colophon(drawn)}</article>\n"
    )


def _block(block: Drawn) -> str:
    match block.kind:
        case "h1":
            return f"<h2>{_safe(block.text)}</h2>\n"
        case "h2":
            return f"<h3>{_safe(block.text)}</h3>\n"
        case "paragraph":
            return f"<p>{_parts(block.parts)}</p>\n"
        case "note":
            return f'<p class="xq-note">{_parts(block.parts)}</p>\n'
        case "table":
            return _table(block)
        case "chart":
            return f'<figure class="xq-figure">{block.svg}</figure>\n'


def _table(block: Drawn) -> str:
    heads = "".join(f'<th scope="col" class="xq-{c.align}">{_head(c.code, c.text, c.unit)}</th>' for c in block.columns)
    rows = "".join(_row(row, [c.align for c in block.columns]) for row in block.rows)
    notes = "".join(f'<p class="xq-note">{_safe(note)}</p>\n' for note in block.notes)
    return (
        f'<div class="xq-scroll" tabindex="0" role="region" aria-label="{_safe(block.text)}">\n<table>\n'
        f"<caption>{_safe(block.text)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n{notes}"
    )


def _head(code: str, text: str, unit: str) -> str:
    lead = f"<small>{_safe(code)}</small><br>" if code else ""
    return f"{lead}{_safe(text)}" + (f"<br><small>{_safe(unit)}</small>" if unit else "")


def _row(row: Sequence[Sequence[Part]], aligns: Sequence[str]) -> str:
    first, *rest = zip(row, aligns, strict=True)
    cells = "".join(f'<td class="xq-{align}">{_parts(cell)}</td>' for cell, align in rest)
    return f'<tr><th scope="row">{_parts(first[0])}</th>{cells}</tr>\n'


def _parts(parts: Sequence[Part]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Part) -> str:
    if part.svg:
        return part.svg
    if not part.number:
        return _safe(part.text)
    kind = "xq-fig" if part.known else "xq-fig xq-unknown"
    below = f"<small>{_safe(part.below)}</small>" if part.below else ""
    figure = f'<a class="{kind}" href="{_safe(part.url)}">' if part.url else f'<span class="{kind}">'
    return (
        f"{figure}{_safe(part.text)}{'</a>' if part.url else '</span>'}"
        f'<a class="xq-number" href="#fig-{part.number}">[{part.number}]</a>{below}'
    )


def _register(drawn: Plan) -> str:
    lines = "".join(
        f'<li id="fig-{entry.number}">{_trace(entry)} '
        f"{_safe(entry.area)} {_safe(entry.name)} {_safe(entry.value)} {_safe(entry.tail)}</li>\n"
        for entry in drawn.register
    )
    if not lines:
        return ""
    return (
        f'<h2>{_safe(drawn.register_title)}</h2>\n<p class="xq-note">{_safe(drawn.register_lead)}</p>\n'
        f'<ol class="xq-register">\n{lines}</ol>\n'
    )


def _trace(entry: Entry) -> str:
    return f'<a href="{_safe(entry.url)}">{_safe(entry.trace)}</a>' if entry.url else _safe(entry.trace)


def _colophon(drawn: Plan) -> str:
    lines = "".join(f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>\n" for name, value in drawn.colophon)
    return f'<h2>{_safe(drawn.colophon_title)}</h2>\n<dl class="xq-colophon">\n{lines}</dl>\n'


def _safe(text: str) -> str:
    """Escape for text and attributes; characters that HTML forbids are shown as U+FFFD."""
    return escape("".join(char if _allowed(char) else "\N{REPLACEMENT CHARACTER}" for char in text))


def _allowed(char: str) -> bool:
    code = ord(char)
    return char in "\t\n\r" or (code >= 0x20 and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF)  # noqa: PLR2004 - C0, C1 and surrogates
