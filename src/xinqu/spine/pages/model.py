"""What a page shows, as frozen values: a number with all that must travel with it, and the frame it stands in."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
import polars as pl

from xinqu.evaluation.index.build import IndexResult
from xinqu.policy.pack import Pack
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text


class SnapshotLike(Protocol):
    """The parts of a snapshot that pages read; `spine.snapshot.Snapshot` is the real one."""

    @property
    def realm(self) -> Realm: ...  # noqa: D102 - docs/architecture.md gives the meaning of each part
    @property
    def vintage(self) -> int: ...  # noqa: D102
    @property
    def as_of(self) -> dt.date: ...  # noqa: D102
    @property
    def head_hash(self) -> str: ...  # noqa: D102
    @property
    def pack(self) -> Pack: ...  # noqa: D102
    @property
    def figures(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def lamps(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def submissions(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def findings(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def index(self) -> IndexResult: ...  # noqa: D102
    @property
    def difficulties(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def facts(self) -> Mapping[str, pl.DataFrame]: ...  # noqa: D102


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The frame a reader asked for in the address; "" and None mean: the latest, every scope, now."""

    period: str = ""
    scope: str = ""
    as_known: int | None = None


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Of which areas a reader may see figures, lamps, returns, evaluation and difficulties (pack and organisation)."""

    figures: frozenset[str]
    lamps: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()
    evaluation: frozenset[str] = frozenset()
    difficulties: frozenset[str] = frozenset()


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """The frame of a page: what is printed beside every number of it."""

    realm: Realm
    vintage: int
    as_of: dt.date
    head_hash: str
    pack_id: str
    pack_version: str
    pack_sha256: str
    query: Query
    periods: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    simulated: bool = False


class AreaRef(msgspec.Struct, frozen=True, kw_only=True):
    """An area as a heading or a dot."""

    code: str
    name: Text
    short: Text
    province: Text
    region: str
    lon: float
    lat: float


class IndicatorRef(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator as a heading."""

    id: str
    name: Text
    short: Text
    unit: str
    unit_name: Text
    pillar: str
    direction: str
    headline: bool


class Lamp(msgspec.Struct, frozen=True, kw_only=True):
    """A lamp with what it was judged by; numbers in the indicator's unit, None when there is nothing to judge by.

    ``colour`` is the lamp that counts; ``computed`` differs from it when a person set another (event ``override_event``).
    """

    colour: str
    computed: str
    reason: Text
    period: str
    override_event: int | None = None
    expected: float | None = None
    band_yellow: float | None = None
    band_red: float | None = None
    target: str = ""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its unit, scope, period and origin; or the reason why it is not known (``unknown``).

    ``unknown`` is a code of `vocabulary.truth.Unknown` or of `UNKNOWN_HERE`. ``later_period``: a newer period that
    is due and not known for the reason ``later_unknown``; the number shown is then an older one.
    """

    indicator: str
    area: str
    period: str
    unit: str
    value: float | None = None
    unknown: str = ""
    detail: str = ""
    scope: str = ""
    origin: str = ""
    status: str = ""
    later_period: str = ""
    later_unknown: str = ""
    lamp: Lamp | None = None

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self.value is not None


# Reasons that only a page knows: no row was compiled; the reader chose another scope.
UNKNOWN_HERE = ("no_figure", "other_scope")


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many figures of a row or column are known, and how its lamps stand."""

    total: int
    known: int
    green: int = 0
    yellow: int = 0
    red: int = 0
    grey: int = 0


def count(figures: "list[Figure] | tuple[Figure, ...]") -> Counts:
    """Count known figures and lamps; a figure without a lamp is grey, since nothing can be said of it."""
    colours = [f.lamp.colour if f.lamp else "grey" for f in figures]
    return Counts(
        total=len(figures),
        known=sum(f.known for f in figures),
        green=colours.count("green"),
        yellow=colours.count("yellow"),
        red=colours.count("red"),
        grey=colours.count("grey"),
    )


Row = dict[str, Any]
