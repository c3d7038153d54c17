"""A few difficulties raised by hand, as an area would write them; simulated, to stand beside those the lamps raise."""

import datetime as dt

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.rehearsal.actors import cast_of
from xinqu.rehearsal.draws import Draws
from xinqu.rehearsal.nation import Nation
from xinqu.rehearsal.script import BEIJING
from xinqu.vocabulary.text import Text

FIELDS = "CL_DIFFICULTY_FIELD"
_FORM = "xq4"  # tasks and difficulties: whoever checks it raises them
_HOW_MANY, _DAYS_BACK = 12, 150
_TEXTS = {
    "land": Text("{n}个重大项目等待新增建设用地指标", "{n} major projects wait for a quota of new construction land"),
    "funds": Text(
        "{n}个在建项目省级支持资金未按期到位", "provincial support for {n} projects under way has not arrived in time"
    ),
    "approval": Text("{n}个项目环评与用地预审互为前置", "{n} projects find that two approvals each wait for the other"),
    "institution": Text(
        "{n}项下放权限缺少承接所需的系统接口", "{n} delegated powers lack the system access to be used"
    ),
    "industry": Text("{n}家链上企业关键部件供货不稳", "{n} enterprises of the chain get key parts irregularly"),
    "opening": Text(
        "{n}家外资企业跨境付汇单证要求不一", "{n} foreign enterprises meet differing papers for payments abroad"
    ),
    "ecology": Text("{n}个断面上游来水水质不稳定", "water from upstream is unsteady at {n} monitoring sections"),
    "livelihood": Text("{n}所配套学校建设进度滞后", "{n} schools of new quarters are behind schedule"),
}
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "type": pl.String, "actor": pl.String, "organisation": pl.String, "role": pl.String,
    "recorded_at": pl.Datetime("us", "UTC"), "effective_on": pl.Date, "subject": pl.String, "difficulty": pl.String,
    "area": pl.String, "field": pl.String, "text_zh": pl.String, "text_en": pl.String,
}  # fmt: skip


def raised_by_hand(pack: Pack, nation: Nation) -> pl.DataFrame:
    """Return ``difficulty.raised`` events of the last five months, by time.

    Columns: type, actor, organisation, role, recorded_at (UTC), effective_on, subject (``difficulty/H-<area>-<day>``),
    difficulty, area, field (code of CL_DIFFICULTY_FIELD), text_zh and text_en. No two on one day.
    """
    stream = Draws(nation.seed, 1).stream("difficulties")
    calendar = nation.calendar.calendar
    start = nation.as_of - dt.timedelta(days=_DAYS_BACK)
    days = [day for day in (start + dt.timedelta(days=n) for n in range(_DAYS_BACK)) if calendar.is_working_day(day)]
    chosen = sorted(stream.choice(len(days), _HOW_MANY, replace=False).tolist())
    areas = stream.choice(sorted(pack.areas), _HOW_MANY)
    fields = stream.choice([code for code in pack.codelists[FIELDS] if code in _TEXTS], _HOW_MANY)
    rows = []
    for place, area, field in zip(chosen, areas.tolist(), fields.tolist(), strict=True):
        day = days[place]
        actor = cast_of(pack, pack.forms[_FORM], area).area_checker
        moment = dt.datetime.combine(day, dt.time(9, int(stream.integers(60))), BEIJING).astimezone(dt.UTC)
        said = _TEXTS[field].fill(n=int(stream.integers(2, 9)))
        identity = f"H-{area}-{day:%Y%m%d}"
        rows.append(
            ("difficulty.raised", actor.account, actor.organisation, actor.role, moment, day, f"difficulty/{identity}",
             identity, area, field, said.zh, said.en)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
