"""One article: its sentences, what each asks for, the instruments and indicators that serve it, what is known of them."""

import msgspec

from xinqu.policy import model as policy
from xinqu.spine.pages import reading
from xinqu.spine.pages.area import heading
from xinqu.spine.pages.model import Counts, Frame, IndicatorRef, Query, Sight, SnapshotLike
from xinqu.vocabulary.text import Text


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument that serves a measure."""

    id: str
    name: Text
    shape: str
    rule_status: str
    basis_status: str
    method_status: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator that tells of a measure: in how many of the areas in sight it is known."""

    indicator: IndicatorRef
    areas_known: int
    areas: int


class MeasureView(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence asks for. ``silent``: nothing is known of it in any area."""

    id: str
    tools: tuple[Tool, ...]
    readings: tuple[Reading, ...]
    missions: tuple[str, ...]
    report_line: str
    status: str
    silent: bool


class SentenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence; ``zh_seen`` only when its Chinese wording was compared with the official text."""

    id: str
    kind: str
    text: Text
    zh_seen: bool
    zh_status: str
    measure: MeasureView | None


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one article."""

    frame: Frame
    article: int
    title: Text
    sentences: tuple[SentenceView, ...]
    measures: int
    tools: int
    indicators: int
    silent: int
    articles: tuple[int, ...]


class ArticleListed(msgspec.Struct, frozen=True, kw_only=True):
    """One article of the list."""

    article: int
    title: Text
    zh_seen: bool
    sentences: int
    measures: int
    tools: int
    indicators: int
    silent: int
    counts: Counts


class ArticleList(msgspec.Struct, frozen=True, kw_only=True):
    """All articles of the policy."""

    frame: Frame
    title: Text
    document: str
    articles: tuple[ArticleListed, ...]


def read(snapshot: SnapshotLike, query: Query, sight: Sight, *, article: int) -> ArticleView | None:
    """Return the page of ``article``; None when the policy has no sentence of that number."""
    articles = numbers(snapshot)
    if article not in articles:
        return None
    sentences = _sentences(snapshot, _known(snapshot, query, sight), article, len(sight.figures))
    measures = [s.measure for s in sentences if s.measure]
    return ArticleView(
        frame=reading.frame_of(snapshot, query),
        article=article,
        title=heading(snapshot, article),
        sentences=sentences,
        measures=len(measures),
        tools=len({t.id for m in measures for t in m.tools}),
        indicators=len({r.indicator.id for m in measures for r in m.readings}),
        silent=sum(m.silent for m in measures),
        articles=articles,
    )


def read_list(snapshot: SnapshotLike, query: Query, sight: Sight) -> ArticleList:
    """Return all articles with the number of measures, instruments and indicators, and of what is silent."""
    known = _known(snapshot, query, sight)
    info = snapshot.pack.info
    return ArticleList(
        frame=reading.frame_of(snapshot, query),
        title=info.title,
        document=info.document,
        articles=tuple(_listed(snapshot, known, number, len(sight.figures)) for number in numbers(snapshot)),
    )


def numbers(snapshot: SnapshotLike) -> tuple[int, ...]:
    """Return the numbers of the articles in order."""
    return tuple(sorted({s.article for s in snapshot.pack.sentences.values()}))


def _known(snapshot: SnapshotLike, query: Query, sight: Sight) -> dict[str, int]:
    """Return in how many areas each indicator is known."""
    ids = list(snapshot.pack.indicators)
    cells = reading.latest(snapshot, query, sight, indicators=ids, areas=sorted(sight.figures))
    out = dict.fromkeys(ids, 0)
    for (indicator, _), figure in cells.items():
        out[indicator] += figure.known
    return out


def _listed(snapshot: SnapshotLike, known: dict[str, int], article: int, areas: int) -> ArticleListed:
    sentences = _sentences(snapshot, known, article, areas)
    measures = [s.measure for s in sentences if s.measure]
    indicators = {r.indicator.id: r.areas_known for m in measures for r in m.readings}
    return ArticleListed(
        article=article,
        title=heading(snapshot, article),
        zh_seen=all(s.zh_seen for s in sentences),
        sentences=len(sentences),
        measures=len(measures),
        tools=len({t.id for m in measures for t in m.tools}),
        indicators=len(indicators),
        silent=sum(m.silent for m in measures),
        counts=Counts(total=len(indicators), known=sum(number > 0 for number in indicators.values())),
    )


def _sentences(snapshot: SnapshotLike, known: dict[str, int], article: int, areas: int) -> tuple[SentenceView, ...]:
    pack = snapshot.pack
    return tuple(
        SentenceView(
            id=sentence.id,
            kind=sentence.kind,
            text=sentence.text,
            zh_seen=sentence.zh_status == "seen",
            zh_status=sentence.zh_status,
            measure=_measure(snapshot, pack.measures[sentence.id], known, areas)
            if sentence.id in pack.measures
            else None,
        )
        for sentence in pack.sentences.values()
        if sentence.article == article
    )


def _measure(snapshot: SnapshotLike, measure: policy.Measure, known: dict[str, int], areas: int) -> MeasureView:
    pack = snapshot.pack
    readings = tuple(
        Reading(indicator=reading.indicator_ref(pack, pack.indicators[i]), areas_known=known[i], areas=areas)
        for i in measure.indicators
    )
    return MeasureView(
        id=measure.id,
        tools=tuple(_tool(pack.instruments[i]) for i in measure.instruments),
        readings=readings,
        missions=tuple(measure.missions),
        report_line=measure.report_line,
        status=measure.status,
        silent=not any(r.areas_known for r in readings),
    )


def _tool(instrument: policy.Instrument) -> Tool:
    return Tool(
        id=instrument.id,
        name=instrument.name,
        shape=instrument.shape,
        rule_status=instrument.rule_status,
        basis_status=instrument.basis_status,
        method_status=instrument.method_status,
    )
