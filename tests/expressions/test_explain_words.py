"""Expressions are said in words, in both languages."""

import pytest

from xinqu.expressions.explain import explain
from xinqu.expressions.parse import parse
from xinqu.policy.pack import Pack
from xinqu.vocabulary.text import Text

NAMES = {
    "x_a": Text("制造业增加值", "manufacturing value added"),
    "x_b": Text("地区生产总值", "regional product"),
    "x_c": Text("其中：抽取户数", "of which drawn firms"),
    "x_flag": Text("随机抽取", "drawn by lot"),
    "p_min": Text("最低占比", "the least share"),
}
SAID = [
    ("100.0 * x_a / NULLIF(x_b, 0)", "100 × 制造业增加值 ÷ 地区生产总值", "100 × manufacturing value added ÷ regional product"),
    ("x_a / NULLIF(x_b + x_c, 0)", "制造业增加值 ÷ (地区生产总值 + 抽取户数)", "manufacturing value added ÷ (regional product + drawn firms)"),
    ("100.0 * (x_a / NULLIF(ly(x_a), 0) - 1)", "100 × (制造业增加值 ÷ 上年同期制造业增加值 − 1)",
     "100 × (manufacturing value added ÷ manufacturing value added of the same period last year − 1)"),
    ("x_a <= x_b", "制造业增加值 不大于 地区生产总值", "manufacturing value added is at most regional product"),
    ("x_a >= param('p_min')", "制造业增加值 不小于 最低占比", "manufacturing value added is at least the least share"),
    ("sys_period = 1 OR x_a >= prev(x_a)", "期数 等于 1，或制造业增加值 不小于 上期制造业增加值",
     "the number of the period equals 1 or manufacturing value added is at least manufacturing value added of the previous period"),
    ("near(x_a, peer_med(x_a), 3 * peer_mad(x_a))",
     "制造业增加值 与 同组中位数〔制造业增加值〕 相差不超过 3 × 同组绝对中位差〔制造业增加值〕",
     ("manufacturing value added and the peer median of [manufacturing value added] differ by at most "
     "3 × the peer median absolute deviation of [manufacturing value added]")),
    ("NOT x_flag OR x_c > 1", "并非（随机抽取为真），或抽取户数 大于 1", "not (drawn by lot holds) or drawn firms is more than 1"),
    ("x_a IS NOT NULL AND (x_b > 0 OR x_flag)", "制造业增加值已知，且(地区生产总值 大于 0，或随机抽取为真)",
     "manufacturing value added is known and (regional product is more than 0 or drawn by lot holds)"),
    ("sub_sum(x_a) IS NULL", "下级单位制造业增加值之和未知", "the sum of manufacturing value added over the sub-units is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "zh", "en"), SAID, ids=[case[0] for case in SAID])
def test_an_expression_is_said_in_words(text: str, zh: str, en: str) -> None:
    assert explain(parse(text), NAMES, "zh") == zh
    assert explain(parse(text), NAMES, "en") == en


def test_no_code_is_left_in_the_words_of_the_pack(pack: Pack) -> None:
    names = {code: item.name for code, item in pack.items.items()}
    names |= {identity: Text(f"〔{identity}〕", f"[{identity}]") for identity in pack.parameters}
    texts = [i.formula for i in pack.indicators.values()] + [c.expression for c in pack.checks.values()]
    for text in texts:
        for lang in ("zh", "en"):
            said = explain(parse(text), names, lang)  # type: ignore[arg-type]
            assert not any(code in said for code in parse(text).items), said
            assert "{" not in said
