"""The checks of a pack as a table: written and generated, each with its level, its severity, its owner and its dates."""

import polars as pl

from xinqu.policy.owners import owner_of
from xinqu.policy.pack import Pack
from xinqu.validation.generated import generated_checks
from xinqu.validation.levels import level_of
from xinqu.vocabulary.text import Lang

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
