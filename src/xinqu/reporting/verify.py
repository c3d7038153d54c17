"""Says whether a report made again is the same: in what it says, and in its bytes."""

from enum import StrEnum

import msgspec

from xinqu.reporting.model import Report, read_model
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.text import Text

_MOST_DIFFERENCES = 20


class Outcome(StrEnum):
    """What the comparison of a stored report with the rebuilt one found."""

    EQUAL = "equal"
    RENDERER_DIFFERS = "renderer_differs"
    MODEL_DIFFERS = "model_differs"

    @property
    def label(self) -> Text:
        """The outcome as people read it."""
        return _LABELS[self]


_LABELS = {
    Outcome.EQUAL: Text("一致：内容模型和文件字节都相同", "equal: same content model, same bytes"),
    Outcome.RENDERER_DIFFERS: Text(
        "内容模型一致，排版程序不同（软件、模板或字体版本不同）",
        "model equal, renderer differs (other software, template or fonts)",
    ),
    Outcome.MODEL_DIFFERS: Text("内容模型不一致", "the content model differs"),
}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One place where two models differ; ``where`` is a trace id or a path such as ``sections/2/blocks/1``."""

    where: str
    old: str
    new: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome with the hashes compared and the first differences of the models."""

    outcome: Outcome
    old_model_sha256: str
    new_model_sha256: str
    differences: tuple[Difference, ...] = ()


def compare(
    old_model: bytes, new_model: bytes, *, old_file: bytes | None = None, new_file: bytes | None = None
) -> Comparison:
    """Compare a stored content model (and file) with the rebuilt one.

    Args:
        old_model, new_model: bytes as ``model_bytes`` gives them.
        old_file, new_file: rendered bytes; left out, only the models are compared.

    Raises:
        Refused: XQ-REPORT-001 when differing bytes can't be read as content models.
    """
    same_model = old_model == new_model
    outcome = Outcome.EQUAL if same_model else Outcome.MODEL_DIFFERS
    if same_model and old_file != new_file:
        outcome = Outcome.RENDERER_DIFFERS
    return Comparison(
        outcome=outcome,
        old_model_sha256=sha256_hex(old_model),
        new_model_sha256=sha256_hex(new_model),
        differences=() if same_model else tuple(_differences(read_model(old_model), read_model(new_model))),
    )


def _differences(old: Report, new: Report) -> list[Difference]:
    """Return figures that changed, came or went, then other parts, at most twenty."""
    before = {figure.trace: figure.value or f"({figure.unknown})" for figure in old.figures}
    after = {figure.trace: figure.value or f"({figure.unknown})" for figure in new.figures}
    found = [
        Difference(where=trace, old=before.get(trace, "–"), new=after.get(trace, "–"))
        for trace in dict.fromkeys((*before, *after))
        if before.get(trace) != after.get(trace)
    ]
    found += _paths("", msgspec.to_builtins(old), msgspec.to_builtins(new))
    return found[:_MOST_DIFFERENCES]


def _paths(where: str, old: object, new: object) -> list[Difference]:
    """Return the paths of the leaves that differ; lists of unlike length as a whole."""
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        keys = dict.fromkeys((*old, *new))
        return [d for key in keys for d in _paths(f"{where}/{key}".lstrip("/"), old.get(key), new.get(key))]
    if isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        return [
            d for n, (a, b) in enumerate(zip(old, new, strict=True)) for d in _paths(f"{where}/{n}".lstrip("/"), a, b)
        ]
    return [Difference(where=where, old=_short(old), new=_short(new))]


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{len(value)}]"
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - one line of a terminal
