"""Compares an official Chinese text with the recalled wording sentence by sentence, and takes it over where they align."""

import re
from pathlib import Path

import msgspec
import yaml

from xinqu.policy import model
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_NUMERALS = "一二三四五六七八九十"
_ARTICLE = re.compile(rf"^\s*（([{_NUMERALS}]+)）", re.MULTILINE)
_SENTENCE = re.compile(r"[^。！？\n]+(?:[。！？]|\n|$)")


class Difference(msgspec.Struct, frozen=True):
    """One sentence as recalled and as the official text has it; equal when the two are the same."""

    id: str
    recalled: str
    official: str

    @property
    def equal(self) -> bool:
        """Say whether the wording is the same, blanks aside."""
        return _bare(self.recalled) == _bare(self.official)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _numeral(text: str) -> int:
    """Read 一 .. 九十九."""
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _NUMERALS.index(text) + 1
    return (_NUMERALS.index(tens) + 1 if tens else 1) * 10 + (_NUMERALS.index(ones) + 1 if ones else 0)


def articles_of(text: str) -> dict[int, list[str]]:
    """Return the sentences of each article; an article starts with its number such as （三） at the start of a line."""
    marks = list(_ARTICLE.finditer(text))
    articles = {}
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        body = text[mark.start() : following.start() if following else len(text)]
        body = re.split(rf"^\s*[{_NUMERALS}]+、", body, maxsplit=1, flags=re.MULTILINE)[0]
        articles[_numeral(mark[1])] = [s.strip() for s in _SENTENCE.findall(body) if s.strip()]
    return articles


def compare(pack: Pack, text: str, file: str) -> list[Difference]:
    """Return one Difference per sentence of the pack, aligned article by article.

    Raises:
        Refused: XQ-POLICY-030 when an article is missing or has another number of sentences: every such article is named.
    """
    official = articles_of(text)
    problems, differences = [], []
    by_article: dict[int, list[model.Sentence]] = {}
    for sentence in pack.sentences.values():
        by_article.setdefault(sentence.article, []).append(sentence)
    for article, sentences in sorted(by_article.items()):
        found = official.get(article, [])
        if len(found) != len(sentences):
            problems.append(_misaligned(file, article, len(sentences), len(found)))
            continue
        differences += [Difference(s.id, s.text.zh, o) for s, o in zip(sentences, found, strict=True)]
    if problems:
        raise Refused(problems)
    return differences


def _misaligned(file: str, article: int, ours: int, theirs: int) -> Problem:
    return Problem(
        code="XQ-POLICY-030",
        what=Text(
            f"第{article}条：规则包有 {ours} 句，官方文本有 {theirs} 句",
            f"article {article}: {ours} sentences in the pack, {theirs} in the official text",
        ),
        where=Where(file=file, subject=f"article {article}"),
        why=Text("逐句核对要求句数一致", "the comparison is sentence by sentence"),
        fix=Text("核对分句：每条以（序号）起行", "check the cut: each article starts a line with （number）"),
    )


def take_over(folder: Path, differences: list[Difference]) -> int:
    """Write the official wording into ``text/*.yaml`` with ``zh_status: seen``; return how many sentences changed.

    The files are data with one comment line at the head, which is kept.
    """
    wording = {d.id: d.official for d in differences}
    changed = 0
    for path in sorted((folder / "text").glob("*.yaml")):
        source = path.read_text(encoding="utf-8")
        document = yaml.safe_load(source)
        for raw in document["sentences"]:
            if raw["id"] in wording:
                changed += raw["text"]["zh"] != wording[raw["id"]]
                raw["text"]["zh"], raw["zh_status"] = wording[raw["id"]], "seen"
        head = "".join(line for line in source.splitlines(keepends=True) if line.startswith("#"))
        body = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=150)
        path.write_text(head + body, encoding="utf-8")
    return changed
