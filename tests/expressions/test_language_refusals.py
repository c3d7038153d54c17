"""The language admits its table and nothing else; a refusal names what it refuses and where (DOMAIN section g)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.expressions import tree
from xinqu.expressions.parse import MAX_CHARACTERS, Expression, parse, parse_all
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Refused, Where

# text, code, what is said (en), character it stands at
REFUSED = [
    ("read_csv('/etc/passwd') = 1", "XQ-EXPR-005", "read_csv() is not admitted", 1),
    ("x_a = 1 AND getenv('HOME') = 'x'", "XQ-EXPR-005", "getenv() is not admitted", 13),
    ("(SELECT 1) > 0", "XQ-EXPR-005", "a subquery is not admitted", 9),
    ("x_a IN (SELECT 1)", "XQ-EXPR-005", "a subquery is not admitted", 1),
    ("EXISTS (SELECT 1)", "XQ-EXPR-005", "EXISTS() is not admitted", 1),
    ("x_a > 0; DROP TABLE x", "XQ-EXPR-004", "must be exactly one expression", 0),
    ("x_a > 0;", "XQ-EXPR-004", "must be exactly one expression", 0),
    ("", "XQ-EXPR-004", "must be exactly one expression", 0),
    ("x_a > 0 UNION SELECT 1", "XQ-EXPR-005", "UNION is not admitted", 1),
    ("x_a // 2 = 1", "XQ-EXPR-005", "// is not admitted", 5),
    ("x_a % 2 = 1", "XQ-EXPR-005", "% is not admitted", 5),
    ("x_a ** 2 > 1", "XQ-EXPR-005", "** is not admitted", 5),
    ("ROUND(x_a) = 1", "XQ-EXPR-005", "ROUND() is not admitted", 1),
    ("IFNULL(x_a, 0) > 1", "XQ-EXPR-005", "IFNULL() is not admitted", 1),
    ("IF(x_a > 0, 1, 2) > 1", "XQ-EXPR-005", "IF() is not admitted", 1),
    ("SUM(x_a) > 1", "XQ-EXPR-005", "SUM() is not admitted", 1),
    ("FLOOR(x_a, 2) = 1", "XQ-EXPR-005", "FLOOR(x, digits) is not admitted", 1),
    ("x_a::INT = 1", "XQ-EXPR-005", "a cast (::) is not admitted", 4),
    ("x_a || 'y' = 'xy'", "XQ-EXPR-005", "|| is not admitted", 5),
    ("x_a LIKE 'x%'", "XQ-EXPR-005", "LIKE is not admitted", 1),
    ("t.x_a > 1", "XQ-EXPR-005", "a qualified name (a.b) is not admitted", 1),
    ('"x_a" > 1', "XQ-EXPR-005", "a quoted name is not admitted", 1),
    ("x_a > 1 -- and more", "XQ-EXPR-005", "a comment is not admitted", 7),
    ("x_a = NULL", "XQ-EXPR-005", "NULL is not admitted", 7),
    ("x_a IS TRUE", "XQ-EXPR-005", "IS TRUE OR FALSE is not admitted", 1),
    ("prev(x_a) OVER () > 1", "XQ-EXPR-005", "OVER is not admitted", 1),
    ("PREV(x_a) > 1", "XQ-EXPR-005", "PREV() is not admitted", 1),
    ("x_a > CURRENT_DATE", "XQ-EXPR-005", "CURRENT_DATE() is not admitted", 7),
    ("x_a BETWEEN SYMMETRIC 1 AND 2", "XQ-EXPR-005", "SYMMETRIC is not admitted", 1),
    ("near(x_a, x_b) ", "XQ-EXPR-006", "near takes 3 argument(s)", 1),
    ("x_a IN (1, NULL)", "XQ-EXPR-006", "IN takes literals only, and no NULL", 1),
    ("x_a >= param(x_b)", "XQ-EXPR-006", "param takes the id of a parameter in quotes", 8),
    ("prev(1) > 0", "XQ-EXPR-006", "prev must read an item", 1),
    ("latest(x_a + x_b) > 0", "XQ-EXPR-006", "latest takes one item", 1),
    ("half_digit(x_a + x_b) > 0", "XQ-EXPR-006", "half_digit takes one item", 1),
    ("x_a > 1e999", "XQ-EXPR-007", "1e999 is not a finite decimal number", 7),
    ("x_a > nan", "XQ-EXPR-007", "nan is neither an item code nor a system column", 7),
    ("x_a < infinity", "XQ-EXPR-007", "infinity is neither an item code nor a system column", 7),
    ("sys_user = 1", "XQ-EXPR-007", "sys_user is neither an item code nor a system column", 1),
    ("x_a + (x_b > 1) > 0", "XQ-EXPR-008", "+ works on values, a condition stands there", 1),
    ("x_a > 0 AND 1", "XQ-EXPR-008", "AND joins conditions only, not values", 9),
    ("x_a + 'y' > 0", "XQ-EXPR-008", "a text may only stand right of a comparison", 1),
    ("x_a AND", "XQ-EXPR-003", "does not parse", 0),
    ("(" * 60 + "x_a" + ")" * 60 + " > 1", "XQ-EXPR-002", "nested too deep", 0),
    ("NOT " * 300 + "x_a", "XQ-EXPR-002", "nested too deep", 0),
    ("x_a" + " + x_a" * 300 + " > 1", "XQ-EXPR-002", "nested too deep", 0),
    ("x_a > " + "1" * MAX_CHARACTERS, "XQ-EXPR-001", "2006 characters, more than 2000", 0),
]


@pytest.mark.parametrize(("text", "code", "what", "at"), REFUSED, ids=[case[0][:40] for case in REFUSED])
def test_what_is_outside_the_language_is_refused_by_name_and_place(text: str, code: str, what: str, at: int) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    first = caught.value.problems[0]
    assert (first.code, first.what.en) == (code, what)
    assert first.what.zh
    assert first.fix.zh
    assert first.fix.en
    if at:
        assert first.where.column == f"character {at}"


def test_a_refusal_reads_so_in_both_languages() -> None:
    with pytest.raises(Refused) as caught:
        parse("x_a // 2 = 1", where=Where(file="checks/x.yaml", line=7, subject="x_r01"))
    said = caught.value.problems[0]
    assert said.say("en").splitlines()[:2] == [
        "XQ-EXPR-005 // is not admitted",
        "  where checks/x.yaml, line 7, character 5, x_r01",
    ]
    assert said.say("zh").splitlines()[0] == "XQ-EXPR-005 不允许使用 //"
    assert "admitted: AND OR NOT" in said.fix.en


def test_all_faults_of_all_texts_are_told_together() -> None:
    with pytest.raises(Refused) as caught:
        parse_all({"r1": "ROUND(x_a) = 1 OR SQRT(x_b) > 1", "r2": "x_a > 0", "r3": "x_a; x_b"})
    told = [(problem.where.subject, problem.what.en) for problem in caught.value.problems]
    assert told == [
        ("r1", "ROUND() is not admitted"),
        ("r1", "SQRT() is not admitted"),
        ("r3", "must be exactly one expression"),
    ]


@given(st.text(max_size=60) | st.text(alphabet="x_a(),'\"+-*/=<>;0123456789 ANDORNTCSEWHIL[]{}", max_size=80))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    try:
        parsed = parse(text)
    except Refused:
        return
    assert parse(parsed.sql) == parsed


def test_every_expression_of_the_pack_is_read_and_its_canonical_text_is_stable(pack: Pack) -> None:
    texts = {check.id: check.expression for check in pack.checks.values()}
    texts |= {indicator.id: indicator.formula for indicator in pack.indicators.values()}
    assert len(texts) == 708 + 2 + 97  # two against outside sources joined those of the design
    for parsed in parse_all(texts).values():
        again = parse(parsed.sql)
        assert again == parsed
        assert again.sql == parsed.sql
        assert set(parsed.items) <= set(pack.items)


def test_an_expression_says_what_it_reads() -> None:
    parsed = parse(
        "sys_period = 2 OR near(xm1_a, peer_med(prev(xm1_b) / NULLIF(xq1_c, 0)), param('p') * half_digit(xm1_a))"
    )
    assert parsed.items == ("xm1_a", "xm1_b", "xq1_c")
    assert parsed.own_items == ("xm1_a",)
    assert parsed.system == ("sys_period",)
    assert parsed.parameters == ("p",)
    assert parsed.inputs == ("xm1_a", "peer_med(prev(xm1_b) / NULLIF(xq1_c, 0))", "param('p')")
    assert [call.column for call in parsed.context] == ["prev(xm1_b)", "peer_med(prev(xm1_b) / NULLIF(xq1_c, 0))"]
    assert parsed.context[1].argument.items == ("xm1_b", "xq1_c")
    assert parsed.is_condition
    assert not parse("xm1_a / 2").is_condition


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("((x_a)) > (x_b + (1))", "x_a > x_b + 1"),
        ("x_a - (x_b - x_c)", "x_a - (x_b - x_c)"),
        ("(x_a - x_b) - x_c", "x_a - x_b - x_c"),
        ("x_a / (x_b * x_c)", "x_a / (x_b * x_c)"),
        ("-(x_a + 1) * 2", "-(x_a + 1) * 2"),
        ("NOT (x_a > 1 AND x_b > 1)", "NOT (x_a > 1 AND x_b > 1)"),
        ("x_a > 1 or (x_b > 1 and x_c > 1)", "x_a > 1 OR x_b > 1 AND x_c > 1"),
        ("(x_a > 1 or x_b > 1) and x_c > 1", "(x_a > 1 OR x_b > 1) AND x_c > 1"),
        ("x_a not in ('p','q')", "x_a NOT IN ('p', 'q')"),
        ("x_a != 'it''s'", "x_a <> 'it''s'"),
        ("case x_a when 1 then 2 else 3 end", "CASE WHEN x_a = 1 THEN 2 ELSE 3 END"),
    ],
)
def test_canonical_text_has_the_fewest_brackets_and_the_same_meaning(text: str, canonical: str) -> None:
    parsed = parse(text)
    assert parsed.sql == canonical
    assert parse(canonical) == parsed


def test_equal_trees_are_equal_expressions() -> None:
    assert parse("(x_a) > 1") == parse("x_a > 1")
    assert hash(parse("(x_a) > 1")) == hash(Expression(tree.Operation(">", (tree.Item("x_a"), tree.Number("1")))))
