"""Builds the open-data package of a release, or of the published realm: only what is out, and nothing of what is not."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec
import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.reporting.compose import issuer_of
from xinqu.reporting.dcat import dataset
from xinqu.reporting.open_data import DataTable, Package, archive, files_of
from xinqu.reporting.open_data_tables import Wide, as_html, as_workbook
from xinqu.reporting.sources import sources_of
from xinqu.returns.canonical import from_parquet
from xinqu.returns.rows import STATE_LABELS
from xinqu.returns.sdmx_structure import write_structure
from xinqu.returns.sdmx_write import Return, write_csv
from xinqu.shapes import statistical_return
from xinqu.shapes.releases import Release, covered
from xinqu.spine import release_problems
from xinqu.spine.release_sight import seen_by
from xinqu.spine.releases import STATES, release_of
from xinqu.spine.snapshot import Snapshot, take
from xinqu.spine.submissions import releases_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Origin, Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown, ValueState

NOT_RELEASED = "not_released"  # why a figure has no value in a package although one exists
ALL = "all"  # the package of a realm that is public as a whole
_PUBLISHED_LICENCE = "CC-BY-4.0"
_FIELDS = {
    "release": Text("发布", "release"), "realm": Text("数据域", "realm"), "form": Text("报表", "form"),
    "area": Text("新区代码", "area code"), "area_zh": Text("新区", "area (Chinese)"), "area_en": Text("新区英文名", "area (English)"),
    "sub_unit": Text("片区", "sub-unit of the area; empty for the whole"), "period": Text("报告期", "period"),
    "item": Text("指标项代码", "item code"), "item_zh": Text("指标项", "item (Chinese)"), "item_en": Text("指标项英文名", "item (English)"),
    "value": Text("数值", "value"), "unit": Text("计量单位", "unit"), "state": Text("数值状态", "state of the value"),
    "scope": Text("口径", "territorial scope"), "origin": Text("数据性质", "origin"),
    "indicator": Text("指标代码", "indicator code"), "indicator_zh": Text("指标", "indicator (Chinese)"),
    "indicator_en": Text("指标英文名", "indicator (English)"), "unknown": Text("缺数原因", "why there is no value"),
    "status": Text("方法状态", "status of the method"),
}  # fmt: skip


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A package: its description, its files by path, and the name of its folder."""

    package: Package
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        """The name of folder and archive; a rehearsal's says that it is simulated."""
        mark = "_simulated" if "simulated" in self.package.origins else ""
        return f"xinqu_{self.package.realm}_{self.package.id}_{self.package.vintage}{mark}"

    def archive(self) -> bytes:
        """Return the package as one ZIP."""
        return archive(self.files, self.name)


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    """What goes in: the returns, the figures, and what is said of them."""

    id: str
    title: Text
    snapshot: Snapshot
    returns: list[Return]
    notes: tuple[Text, ...]
    licence: str
    frequency: str
    period: str
    forms: tuple[str, ...]


def build(workspace: Workspace, realm: Realm, release: str) -> Built:
    """Return the package of a release that is out; in the published realm that of ``all``.

    Its content is frozen with the release: built again later it has the same bytes.

    Raises:
        Refused: XQ-RELEASE-005 under embargo (exports are off for its owners too), -006 for an unknown one, -007 for a
            recalled one; XQ-SDMX-001 without the packages of ``xinqu[sdmx]``.
    """
    content = _published(workspace) if realm is Realm.PUBLISHED else _released(workspace, realm, release)
    items, figures = _items(content), _figures(content)
    package = _package(content, sorted({*items["origin"].to_list()}))
    extra = _tables(content, package) | _sdmx(content)
    tables = [
        DataTable(name="returns", title=Text("报表数据", "Data of the forms"), frame=items, fields=_FIELDS,
                  keys=("form", "area", "sub_unit", "period", "item")),
        DataTable(name="figures", title=Text("指标", "Indicators"), frame=figures, fields=_FIELDS,
                  keys=("indicator", "area", "period")),
    ]  # fmt: skip
    files = files_of(package, tables, extra)
    files["dcat.jsonld"] = dataset(package, files, frequency=content.frequency)
    return Built(package=package, files=dict(sorted(files.items())))


def write(built: Built, folder: Path, *, as_zip: bool) -> Path:
    """Write the package into ``folder`` as one ZIP or as a folder, whole or not at all; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    if as_zip:
        path = folder / f"{built.name}.zip"
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_bytes(built.archive())
        temporary.replace(path)
        return path
    path = folder / built.name
    for name, body in built.files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    return path


def _released(workspace: Workspace, realm: Realm, name: str) -> _Content:
    found = release_of(workspace, realm, name)
    if found.state == "prepared":
        raise Refused(release_problems.under_embargo(name, found.release_at))
    if found.state == "recalled":
        raise Refused(release_problems.wrong_state(name, STATES["recalled"], Text("编制", "packed")))
    snapshot = seen_by(take(workspace, realm, found.released_event))
    series = snapshot.pack.release_series[found.series]
    holds = covered(snapshot.submissions, found.forms, found.period, found.vintage)
    period = Period.parse(found.period)
    title = Text(f"{series.title.zh}（{period.label.zh}）", f"{series.title.en}, {period.label.en}")
    return _Content(
        id=found.id, title=title, snapshot=snapshot, returns=_returns(workspace, holds),
        notes=_notes(snapshot.pack, holds, found, releases_at(workspace, realm)), licence=series.licence,
        frequency=str(series.frequency), period=found.period, forms=found.forms,
    )  # fmt: skip


def _published(workspace: Workspace) -> _Content:
    snapshot = take(workspace, Realm.PUBLISHED)
    holds = statistical_return.current(snapshot.submissions)
    return _Content(
        id=ALL, title=Text("国家级新区公开数据", "Published figures of the state-level new areas"), snapshot=snapshot,
        returns=_returns(workspace, holds),
        notes=(
            Text("摘自公开来源，非官方；每个数的来源见备注", "taken from public sources, unofficial; the addresses are listed below"),
            _breaks(),
        ),
        licence=_PUBLISHED_LICENCE, frequency="", period=ALL, forms=tuple(sorted(set(holds["form"].to_list()))),
    )  # fmt: skip


def _returns(workspace: Workspace, holds: pl.DataFrame) -> list[Return]:
    names = holds.sort("form", "period", "area", "sub_unit")["rows_hash"].to_list()
    return [Return(*from_parquet(workspace.objects.get(name))) for name in names]


def _notes(pack: Pack, holds: pl.DataFrame, release: Release, known: Sequence[Release]) -> tuple[Text, ...]:
    own = holds.filter(pl.col("sub_unit") == "")
    absent = []
    for form in release.forms:
        there = set(own.filter(pl.col("form") == form)["area"].to_list())
        gone = [area for code, area in pack.areas.items() if code not in there]
        if gone:
            absent.append(
                Text(
                    f"{form}：{len(there)}个新区有数，未含{'、'.join(a.short.zh for a in gone)}",
                    f"{form}: {len(there)} areas; without {', '.join(a.short.en for a in gone)}",
                )
            )
    corrected = [
        one for one in known if one.series == release.series and one.period == release.period and one.id < release.id
    ]
    again = Text(
        f"本次为该期第{len(corrected) + 1}次发布" if corrected else "本期首次发布",
        f"release number {len(corrected) + 1} of this period" if corrected else "first release of this period",
    )
    return (again, *absent, _breaks(), _estimates())


def _breaks() -> Text:
    return Text(
        "口径列指明每个数所指的地域；口径不同的数不可相加、相比，区划变动前后为序列断点",
        "the column scope says which territory a value is of; values of different scopes are neither added nor compared, "
        "and a change of territory breaks the series",
    )


def _estimates() -> Text:
    return Text(
        "性质列为 estimated 者为估计数，缺报者不以零代替",
        "values whose origin is estimated are estimates; a missing value is never a zero",
    )


def _package(content: _Content, origins: list[str]) -> Package:
    snapshot = content.snapshot
    periods = [Period.parse(one.header.period) for one in content.returns]
    realm, info = snapshot.realm, snapshot.pack.info
    root = snapshot.pack.organisations[snapshot.pack.root]
    mark = realm.mark
    return Package(
        id=content.id, title=content.title,
        description=Text(
            f"{mark.zh + '。' if mark.zh else ''}{root.name.zh}口径的报表与指标，含数值、状态、口径、数据性质",
            f"{mark.en + '. ' if mark.en else ''}Values of forms and indicators with state, territorial scope and origin",
        ),
        realm=realm, origins=tuple(origins), period=content.period,
        first_day=min((p.start for p in periods), default=snapshot.vintage_on),
        last_day=max((p.end for p in periods), default=snapshot.vintage_on),
        made_on=snapshot.vintage_on, vintage=snapshot.vintage, head_sha256=snapshot.head_hash, pack_id=info.id,
        pack_version=info.version, pack_sha256=snapshot.pack.sha256, publisher=issuer_of(realm, root.name),
        licence=content.licence, notes=content.notes, sources=_sources(content) if realm is Realm.PUBLISHED else (),
    )  # fmt: skip


def _sources(content: _Content) -> tuple[tuple[str, str], ...]:
    rows = pl.concat([one.rows.with_columns(area=pl.lit(one.header.area), form=pl.lit(one.header.form),
                                            period=pl.lit(one.header.period)) for one in content.returns])  # fmt: skip
    found = sources_of(rows.filter(pl.col("note") != ""))
    pairs = found.filter(pl.col("address").str.starts_with("http")).select("title", "address").unique().sort("address")
    return tuple((title or address, address) for title, address in pairs.iter_rows())


def _items(content: _Content) -> pl.DataFrame:
    """Return every value of every return; what officers noted stays inside."""
    pack, realm = content.snapshot.pack, str(content.snapshot.realm)
    parts = [
        one.rows.select("item", "value", "state", "scope", "origin").with_columns(
            form=pl.lit(one.header.form), area=pl.lit(one.header.area), sub_unit=pl.lit(one.header.sub_unit),
            period=pl.lit(one.header.period),
        )
        for one in content.returns
    ]  # fmt: skip
    named = pack.items
    rows = pl.concat(parts)
    return _named_areas(pack, rows).select(
        pl.lit(content.id).alias("release"), pl.lit(realm).alias("realm"), "form", "area", "area_zh", "area_en", "sub_unit",
        "period", "item", _said("item", {code: item.name.zh for code, item in named.items()}, "item_zh"),
        _said("item", {code: item.name.en for code, item in named.items()}, "item_en"), "value",
        _said("item", {code: item.unit for code, item in named.items()}, "unit"), "state", "scope", "origin",
    ).sort("form", "period", "area", "sub_unit", "item")  # fmt: skip


def _figures(content: _Content) -> pl.DataFrame:
    """Return the indicators that the released returns give; those of other periods stand in their own packages."""
    pack, frame = content.snapshot.pack, content.snapshot.figures
    concerned = {i.id for i in pack.indicators.values() if set(i.forms) & set(content.forms)}
    # what rests on other forms too and has no value is not missing: those forms may come out another day
    whole = [i for i in concerned if content.period != ALL and set(pack.indicators[i].forms) <= set(content.forms)]
    mine = frame.filter(pl.col("indicator").is_in(list(concerned)))
    mine = mine.filter(pl.col("value").is_not_null() | pl.col("indicator").is_in(whole))
    if content.period != ALL:
        mine = mine.filter(pl.col("period") == content.period)
    named = pack.indicators
    mine = _withheld(content.snapshot, mine)
    rows = _named_areas(pack, mine)
    return rows.select(
        pl.lit(content.id).alias("release"), pl.lit(str(content.snapshot.realm)).alias("realm"), "indicator",
        _said("indicator", {i.id: i.name.zh for i in named.values()}, "indicator_zh"),
        _said("indicator", {i.id: i.name.en for i in named.values()}, "indicator_en"), "area", "area_zh", "area_en", "period",
        "value", "unit", "unknown", "scope", "origin", "status",
    ).sort("indicator", "period", "area")  # fmt: skip


def _withheld(snapshot: Snapshot, figures: pl.DataFrame) -> pl.DataFrame:
    """Say ``not_released`` where a figure is not known only because what it rests on is not out."""
    plain = figures.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    if snapshot.sees is None:
        return plain
    key = ["indicator", "area", "period"]
    inside = msgspec.structs.replace(snapshot, sees=None).figures.filter(pl.col("value").is_not_null()).select(key)
    inside = inside.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String), known_inside=pl.lit(value=True))
    is_withheld = pl.col("value").is_null() & pl.col("known_inside").fill_null(value=False)
    joined = plain.join(inside, on=key, how="left", maintain_order="left")
    return joined.with_columns(unknown=pl.when(is_withheld).then(pl.lit(NOT_RELEASED)).otherwise("unknown")).drop(
        "known_inside"
    )


def _named_areas(pack: Pack, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        _said("area", {code: area.name.zh for code, area in pack.areas.items()}, "area_zh"),
        _said("area", {code: area.name.en for code, area in pack.areas.items()}, "area_en"),
    )


def _said(column: str, names: dict[str, str], alias: str) -> pl.Expr:
    return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String).alias(alias)


def _sdmx(content: _Content) -> dict[str, bytes]:
    pack = content.snapshot.pack
    made = dt.datetime.combine(content.snapshot.vintage_on, dt.time(), dt.UTC)
    files = {"sdmx/structure.xml": write_structure(pack, [pack.forms[name] for name in content.forms], prepared=made)}
    for form in content.forms:
        mine = [without_words(content.snapshot.realm, one) for one in content.returns if one.header.form == form]
        if mine:
            files[f"sdmx/{form}.csv"] = write_csv(pack, mine)
    return files


def without_words(realm: Realm, one: Return) -> Return:
    """Return a return without what officers noted: notes of published figures are sources, all others stay inside."""
    return one if realm is Realm.PUBLISHED else Return(one.header, one.rows.with_columns(note=pl.lit("")))


def _tables(content: _Content, package: Package) -> dict[str, bytes]:
    """Return the bilingual tables of each form; of a package of many periods there is none."""
    if content.period == ALL:
        return {}
    files: dict[str, bytes] = {}
    for form in content.forms:
        wide = _wide(content, package, content.snapshot.pack.forms[form])
        if wide is not None:
            made = dt.datetime.combine(package.made_on, dt.time())
            files |= {f"tables/{form}.{lang}.html": as_html([wide], lang) for lang in ("zh", "en")}
            files[f"tables/{form}.xlsx"] = as_workbook([wide], made)
    return files


def _wide(content: _Content, package: Package, form: Form) -> Wide | None:
    pack = content.snapshot.pack
    mine = {one.header.area: one for one in content.returns if one.header.form == form.id and not one.header.sub_unit}
    if not mine:
        return None
    areas = [area for code, area in pack.areas.items() if code in mine]
    cells = {code: {row["item"]: _cell(row) for row in one.rows.iter_rows(named=True)} for code, one in mine.items()}
    missing = (Unknown.MISSING.label, False)
    rows = tuple(
        (
            Text(f"{item.code} {item.name.zh}", f"{item.code} {item.name.en}"), pack.units[item.unit].name,
            tuple(cells[area.code].get(item.code, missing) for area in areas),
        )
        for item in form.items
    )  # fmt: skip
    label = Period.parse(content.period).label
    last = Text(
        f"数据版本 #{package.vintage}（{package.made_on}）　{package.pack_id} {package.pack_version}　{package.licence}",
        f"Vintage #{package.vintage} ({package.made_on}); {package.pack_id} {package.pack_version}; {package.licence}",
    )
    return Wide(
        title=Text(f"{form.name.zh}　{label.zh}", f"{form.name.en}, {label.en}"), mark=content.snapshot.realm.mark,
        notes=(*content.notes, last), columns=tuple(area.short for area in areas), rows=rows,
    )  # fmt: skip


def _cell(row: dict[str, str]) -> tuple[Text, bool]:
    if row["state"] != ValueState.REPORTED:
        return STATE_LABELS[ValueState(row["state"])], False
    mark = Text("（估）", " (e)") if row["origin"] == Origin.ESTIMATED else Text("", "")
    return Text(row["value"] + mark.zh, row["value"] + mark.en), True
