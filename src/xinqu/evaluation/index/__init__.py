"""The composite index: points between fixed goalposts, exact weights, coverage, and rank intervals that say how sure it is."""

from xinqu.evaluation.index.build import IndexResult, build_index
from xinqu.evaluation.index.scheme import Scheme, scheme_of

__all__ = ["IndexResult", "Scheme", "build_index", "scheme_of"]
