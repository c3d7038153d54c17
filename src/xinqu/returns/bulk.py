"""Makes many returns at once from one long frame: rows, upload bytes, cell map and hashes, column by column.

The same as writing each as CSV and reading it back (tests hold it), at a small part of the time.
"""

import json
from collections.abc import Mapping

import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns.csv_write import BOM, ROW_COLUMNS, header_lines
from xinqu.returns.document import ROW_SCHEMA, UNSTATED, Cell, Header, Kind, ReturnDocument
from xinqu.returns.layout import FORMULA_STARTS
from xinqu.returns.raw import column_letters
from xinqu.vocabulary.canonical import canonical_json, sha256_hex
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.truth import ValueState

_KEY = ["area", "sub_unit", "period"]
_PLAIN_JSON = r'^[^"\\\x00-\x1f]*$'
_DECIMAL = r"^(0|-?(0\.\d*[1-9]|[1-9]\d*(\.\d*[1-9])?))$"
_UNWRITTEN = [ValueState.REPORTED.value, ValueState.MISSING.value]


def build_documents(
    pack: Pack,
    form: Form,
    frame: pl.DataFrame,
    *,
    kind: Kind = "regular",
    scope: str | Mapping[str, str] = UNSTATED,
    origin: Origin = Origin.REPORTED,
) -> list[ReturnDocument]:
    """Return one document per (area, sub_unit, period) of the frame, sorted by that key.

    Args:
        pack: the areas, to refuse a frame that names another.
        form: an area form.
        frame: long: ``area, period, item, value`` and optionally ``sub_unit, state, half_digit, scope, origin, note``;
            or wide: ``area, period`` (``sub_unit``) and one column per item. ``value`` is canonical decimal text
            (``canonical.decimal_texts``), a code or text; null or absent = missing. ``note`` is JSON text or null.
        kind: kind of all the returns.
        scope: default scope code of the returns, one for all or one per area.
        origin: origin of each value that names no worse one.

    Raises:
        ValueError: for an area or item that the pack or form doesn't have, a key that stands twice, or a number that
            is not canonical decimal text.
    """
    long = _long(frame, form)
    _check(pack, form, long)
    default = dict.fromkeys(pack.areas, scope) if isinstance(scope, str) else dict(scope)
    rows = _fill(form, long, default, origin)
    lines = _with_lines(rows, origin)
    groups = lines.group_by(_KEY, maintain_order=True).agg(
        pl.len().alias("rows"),
        pl.col("default_scope").first(),
        pl.col("json").str.join("\n"),
        pl.col("csv").str.join("\n"),
    )
    canonical = rows.select(ROW_SCHEMA.keys())
    cells = _cells(form)
    documents, offset = [], 0
    for area, sub_unit, period, count, default_scope, json_lines, csv_lines in groups.iter_rows():
        header = Header(
            form=form.id,
            form_version=form.version,
            area=area,
            sub_unit=sub_unit,
            period=period,
            kind=kind,
            scope=default_scope,
        )
        upload = f"{BOM}{header_lines(header)}{','.join(ROW_COLUMNS)}\n{csv_lines}\n".encode()
        identity = canonical_json(header.identity()) + b"\n" + json_lines.encode() + b"\n"
        documents.append(
            ReturnDocument(
                header=header,
                rows=canonical.slice(offset, count),
                cells=cells,
                upload=upload,
                filename=f"{form.id}_{sub_unit or area}_{period}.csv",
                file_sha256=sha256_hex(upload),
                content_sha256=sha256_hex(identity),
            )
        )
        offset += count
    return documents


def _long(frame: pl.DataFrame, form: Form) -> pl.DataFrame:
    if "sub_unit" not in frame.columns:
        frame = frame.with_columns(sub_unit=pl.lit(""))
    if "item" not in frame.columns:
        items = [item.code for item in form.items if item.code in frame.columns]
        frame = frame.select(*_KEY, *[pl.col(code).cast(pl.String) for code in items])
        frame = frame.unpivot(index=_KEY, on=items, variable_name="item", value_name="value")
    optional = [name for name in ROW_SCHEMA if name not in frame.columns]
    frame = frame.with_columns([pl.lit(None, dtype=pl.String).alias(name) for name in optional])
    return frame.select(_KEY + list(ROW_SCHEMA))


def _check(pack: Pack, form: Form, long: pl.DataFrame) -> None:
    areas = set(long["area"].unique()) - pack.areas.keys()
    items = set(long["item"].unique()) - {item.code for item in form.items}
    twice = long.select([*_KEY, "item"]).is_duplicated().any()
    if areas or items or twice:
        raise ValueError(f"{form.id}: unknown areas {sorted(areas)}, unknown items {sorted(items)}, duplicates {twice}")
    numbers = [item.code for item in form.items if item.type in {"decimal", "integer"}]
    odd = (
        long.filter(pl.col("item").is_in(numbers) & ~pl.col("value").str.contains(_DECIMAL))["value"].head(3).to_list()
    )
    if odd:
        raise ValueError(f"{form.id}: not canonical decimals: {odd}; use canonical.decimal_texts")


def _fill(form: Form, long: pl.DataFrame, default: Mapping[str, str], origin: Origin) -> pl.DataFrame:
    """Return one row per key and item of the form, in canonical order, with every state made explicit."""
    codes = pl.DataFrame({"item": sorted(item.code for item in form.items)})
    keys = long.select(_KEY).unique().sort(_KEY)
    keys = keys.with_columns(default_scope=pl.col("area").replace_strict(dict(default), return_dtype=pl.String))
    filled = keys.join(codes, how="cross", maintain_order="left_right")
    filled = filled.join(long, on=[*_KEY, "item"], how="left", maintain_order="left")
    given = pl.col("value").is_not_null()
    inferred = pl.when(given).then(pl.lit(ValueState.REPORTED.value)).otherwise(pl.lit(ValueState.MISSING.value))
    filled = filled.with_columns(state=pl.coalesce("state", inferred))
    reported = pl.col("state") == ValueState.REPORTED.value
    return filled.with_columns(
        value=pl.when(reported).then("value"),
        half_digit=pl.when(reported).then(pl.coalesce("half_digit", pl.lit("0"))).otherwise(pl.lit("0")),
        scope=pl.when(reported).then(pl.coalesce("scope", "default_scope")).otherwise("default_scope"),
        origin=pl.when(reported).then(pl.coalesce("origin", pl.lit(origin.value))).otherwise(pl.lit(origin.value)),
        note=pl.coalesce("note", pl.lit("")),
    )


def _with_lines(rows: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """Add each row's canonical JSON line and CSV line."""
    fields = ["half_digit", "item", "note", "origin", "scope", "state", "value"]  # RFC 8785 sorts the keys
    parts: list[pl.Expr] = [pl.lit("{")]
    for index, name in enumerate(fields):
        parts += [pl.lit(f'{"," if index else ""}"{name}":'), _json(name)]
    written = pl.col("scope") == pl.col("default_scope")
    csv_cells = {
        "code": pl.col("item"),
        "value": _csv_value(),
        "state": pl.when(pl.col("state").is_in(_UNWRITTEN)).then(pl.lit("")).otherwise("state"),
        "half_digit": pl.when(pl.col("half_digit") == "0").then(pl.lit("")).otherwise("half_digit"),
        "scope": pl.when(written).then(pl.lit("")).otherwise("scope"),
        "origin": pl.when(pl.col("origin") == origin.value).then(pl.lit("")).otherwise("origin"),
        "note": _csv_text(pl.col("note")),
    }
    return rows.with_columns(
        json=pl.concat_str([*parts, pl.lit("}")]),
        csv=pl.concat_str([csv_cells[name] for name in ROW_COLUMNS], separator=","),
    )


def _json(name: str) -> pl.Expr:
    """Return a text column as JSON; only texts with quotes or control signs go through the encoder."""
    text = pl.col(name)
    plain = pl.concat_str([pl.lit('"'), text, pl.lit('"')])
    encode = text.map_elements(lambda value: json.dumps(value, ensure_ascii=False), return_dtype=pl.String)
    if name in {"note", "value"}:
        plain = pl.when(text.str.contains(_PLAIN_JSON)).then(plain).otherwise(encode)
    return plain.fill_null("null")


def _csv_value() -> pl.Expr:
    value = pl.col("value").fill_null("")
    number = value.str.contains(r"^-?\d+(\.\d+)?$")
    return pl.when(number).then(value).otherwise(_csv_text(value))


def _csv_text(text: pl.Expr) -> pl.Expr:
    """Return texts made safe from formulas and quoted where CSV needs it."""
    risky = pl.any_horizontal([text.str.starts_with(start) for start in (*FORMULA_STARTS, "'")])
    safe = pl.when(risky).then(pl.concat_str([pl.lit("'"), text])).otherwise(text)
    quoted = pl.concat_str([pl.lit('"'), safe.str.replace_all('"', '""', literal=True), pl.lit('"')])
    return pl.when(safe.str.contains(r'[",\r\n]')).then(quoted).otherwise(safe)


def _cells(form: Form) -> dict[str, Cell]:
    """Return the cell map that all these uploads share: they list the same items in the same lines."""
    first = len(header_lines(Header(form="", form_version=0, area="", period="")).splitlines()) + 2
    letters = column_letters(ROW_COLUMNS.index("value"))
    codes = sorted(item.code for item in form.items)
    return {code: Cell("", f"{letters}{first + index}") for index, code in enumerate(codes)}
