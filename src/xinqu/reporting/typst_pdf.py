"""Sets a report as PDF/A-2a on A4 with typst; the report enters as JSON data, never as markup, and the date is the vintage's."""

import datetime as dt
import importlib.metadata
import importlib.resources
import re
import unicodedata
from functools import lru_cache

import msgspec
import typst

from xinqu.reporting.fonts import FontSet, font_set
from xinqu.reporting.model import Report, model_sha256
from xinqu.reporting.plan import Address, Plan, plan
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Lang, Text

GETA = "\N{GETA MARK}"  # what Chinese printers set for a type they lack
# JSON escapes of control characters; an escaped backslash is consumed first so that ``\\\\u0008`` stays what it is.
_CONTROL = re.compile(r"(\\\\)|\\(?:u00[01][0-9a-f]|[bfnrt])")
_BEIJING = dt.timezone(dt.timedelta(hours=8))


def render_pdf(
    report: Report, *, lang: Lang = "zh", fonts: FontSet | None = None, address: Address | None = None
) -> bytes:
    """Return the report as PDF/A bytes.

    Args:
        fonts: from ``fonts.font_set``; the locked fonts when left out.
        address: turns a trace id into the URL that the register links to; no links outward when left out.

    Returns:
        The same bytes for the same report, language, fonts and typst version; the date inside is the vintage's day.

    Raises:
        Refused: XQ-REPORT-002 when the typesetter refuses the document.
    """
    chosen = fonts or font_set()
    drawn = plan(report, lang=lang, address=address)
    day = report.edition.vintage_on
    inputs = {
        "plan": _drawable(_CONTROL.sub(lambda found: found[1] or " ", msgspec.json.encode(drawn).decode()), chosen),
        "fonts": msgspec.json.encode(chosen.families).decode(),
        "document": msgspec.json.encode(_document(report, drawn, chosen)).decode(),
    }
    compiler = typst.Compiler(input=_template(), font_paths=chosen.loaded, ignore_system_fonts=True, sys_inputs=inputs)
    try:
        body = compiler.compile(
            format="pdf",
            pdf_standards=["a-2a"],
            timestamp=dt.datetime(day.year, day.month, day.day, tzinfo=_BEIJING),
        )
    except typst.TypstError as error:
        raise Refused(_refused(error)) from error
    return b"".join(body) if isinstance(body, list) else body or b""


def renderer_id(fonts: FontSet | None = None) -> str:
    """Return what decides the bytes besides the model: typesetter version, template and font hashes."""
    chosen = fonts or font_set()
    return f"typst {importlib.metadata.version('typst')}; template {sha256_hex(_template())[:16]}; fonts {chosen.sha256[:16]}"


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (importlib.resources.files("xinqu.reporting") / "templates" / "report.typ").read_bytes()


def _document(report: Report, drawn: Plan, fonts: FontSet) -> dict[str, object]:
    day = report.edition.vintage_on
    return {
        "title": _drawable(drawn.title, fonts),
        "issuer": _drawable(drawn.issuer, fonts),
        "keywords": [model_sha256(report), renderer_id(fonts)],
        "renderer": renderer_id(fonts),
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def _drawable(text: str, fonts: FontSet) -> str:
    """Replace characters that no font draws: PDF/A forbids empty boxes, and the reader must see that one is missing."""
    table = {code: _substitute(code) for code in set(map(ord, set(text))) - fonts.characters}
    return text.translate(table) if table else text


def _substitute(code: int) -> str:
    kind = unicodedata.category(chr(code))
    if kind in {"Cf", "Mn", "Me"}:
        return ""
    return " " if kind in {"Cc", "Zs", "Zl", "Zp"} else GETA


def _refused(error: typst.TypstError) -> Problem:
    return Problem(
        code="XQ-REPORT-002",
        what=Text("报告排版失败", "the report could not be typeset"),
        why=Text(error.message, error.message),
        fix=Text("这是程序缺陷：请附内容模型上报", "this is a defect of the program: report it with the content model"),
    )
