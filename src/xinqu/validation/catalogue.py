"""The checks of a pack as a table: written and generated, each with its level, its severity, its owner and its dates."""

import polars as pl

from xinqu.expressions.explain import explain
from xinqu.expressions.parse import parse
from xinqu.policy.formulas import names_of
from xinqu.policy.owners import owner_of
from xinqu.policy.pack import Pack
from xinqu.validation.generated import generated_checks
from xinqu.validation.levels import EssLevel, level_of
from xinqu.vocabulary.text import Lang, Text

CATALOGUE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "check": pl.String, "form": pl.String, "kind": pl.String, "level": pl.String, "severity": pl.String,
    "owner": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "message": pl.String,
}  # fmt: skip


def catalogue(pack: Pack, *, lang: Lang) -> pl.DataFrame:
    """Return one row per check: check, form, kind, level (``EssLevel``), severity, owner, valid_from, valid_to, message.

    ``kind``: the type of a written check, or that of a generated one (required, type, range, list, key), which holds as
    long as its form. ``owner`` may hold ``{area}`` and ``{province}``.
    """
    written = [
        (c.id, c.form, c.type, level_of(pack, c), c.level, owner_of(pack, c.form, c.owner).organisation, c.valid_from,
         c.valid_to, c.message.say(lang))
        for c in pack.checks.values()
    ]  # fmt: skip
    generated = [
        (c.id, c.form, c.kind, level_of(pack, c), c.level, owner_of(pack, c.form).organisation,
         pack.forms[c.form].valid_from, pack.forms[c.form].valid_to, c.message.say(lang))
        for c in generated_checks(pack).values()
    ]  # fmt: skip
    return pl.DataFrame([*written, *generated], schema=CATALOGUE_SCHEMA, orient="row")


def form_of(pack: Pack, check: str) -> str:
    """Return the form of a check by its id, written or generated; "" when there is none."""
    found = pack.checks.get(check) or generated_checks(pack).get(check)
    return found.form if found else ""


def in_words(pack: Pack, check: str, lang: Lang) -> list[str]:
    """Return the lines that tell of a check: what it demands, its expression in words, level, owner, dates, citation."""
    row = catalogue(pack, lang=lang).filter(pl.col("check") == check).row(0, named=True)
    owner = owner_of(pack, row["form"], pack.checks[check].owner if check in pack.checks else "")
    level = EssLevel(row["level"])
    said = [
        f"{check}  {row['message']}",
        f"  {Text('级别', 'level').say(lang)} {level.number} {level.label.say(lang)}（{row['kind']}, {row['severity']}）",
        f"  {Text('负责', 'owner').say(lang)} {owner.organisation} ({', '.join(owner.roles)})",
        f"  {Text('有效', 'in force').say(lang)} {row['valid_from']} – {row['valid_to'] or ''}",
    ]
    written = pack.checks.get(check)
    if written is None:
        return said
    expression, names = parse(written.expression), names_of(pack)
    said[1:1] = [
        f"  {explain(expression, names, 'zh')}",
        f"  {explain(expression, names, 'en')}",
        f"  {expression.sql}",
    ]
    return [*said, f"  {Text('依据', 'basis').say(lang)} {written.citation} ({written.status})"]
