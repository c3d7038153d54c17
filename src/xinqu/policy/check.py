"""`policy check`: every proof about a pack, all faults together."""

from xinqu.policy.accumulation import accumulated
from xinqu.policy.form_versions import joined
from xinqu.policy.formulas import EXPRESSION_PROOFS
from xinqu.policy.pack import Pack
from xinqu.policy.proofs import PROOFS
from xinqu.policy.required import REQUIRED
from xinqu.vocabulary.problem import Problem


def check_pack(pack: Pack) -> list[Problem]:
    """Return every fault of a loaded pack, by file and line; empty when all proofs hold."""
    problems = [
        problem for proof in (*PROOFS, accumulated, joined, *REQUIRED, *EXPRESSION_PROOFS) for problem in proof(pack)
    ]
    return sorted(problems, key=lambda problem: (problem.where.file, problem.where.line or 0, problem.code))
