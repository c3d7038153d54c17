"""Which numbers may stand in an expression: 0, 1, unit factors, period numbers and declared tolerances; no legal number.

Public: ``undeclared_numbers(expr, tolerances) -> tuple[NumberUse, ...]``; ``UNIT_FACTORS``.
"""

from collections.abc import Set as AbstractSet
from fractions import Fraction

from xinqu.expressions import tree
from xinqu.expressions.parse import Expression, NumberUse

UNIT_FACTORS = frozenset(Fraction(factor) for factor in ("10", "15", "100", "1000", "10000", "0.01"))
_PERIOD_COLUMNS = frozenset({"sys_period", "sys_year"})


def undeclared_numbers(expr: Expression, tolerances: AbstractSet[Fraction]) -> tuple[NumberUse, ...]:
    """Return the numbers of ``expr`` that must be a ``param()``.

    Args:
        tolerances: the statistical tolerances declared for the rule's type (CL_STAT_TOLERANCE); empty for indicators.
    """
    return tuple(use for use in expr.literals if not (_is_free(use) or use.exact in tolerances))


def _is_free(use: NumberUse) -> bool:
    if use.exact in (0, 1):
        return True
    if use.parent in (*tree.COMPARISONS, "in", "between") and _PERIOD_COLUMNS & set(use.beside):
        return True
    return use.parent in ("*", "/") and use.exact in UNIT_FACTORS
