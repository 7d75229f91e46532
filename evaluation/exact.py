"""Exact limits of a rate (Clopper-Pearson), for decisions that must hold however few the rows are."""

from math import exp, lgamma, log


def lower_limit(k: int, n: int, delta: float = 0.025) -> float:
    """Lower one-sided 1 - `delta` limit of a rate with k of n; 0 where k is 0.

    The smallest rate under which k or more of n are seen with a chance of at least `delta`.
    """
    if not k:
        return 0.0
    low, high = 0.0, k / n
    for _ in range(60):
        middle = (low + high) / 2
        if _at_least(k, n, middle) > delta:
            high = middle
        else:
            low = middle
    return low


def _at_least(k: int, n: int, rate: float) -> float:
    """P(at least k of n), by logarithms so that no n overflows."""

    def chance(i: int) -> float:
        ways = lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1)
        return exp(ways + i * log(rate) + (n - i) * log(1 - rate))

    return sum(chance(i) for i in range(k, n + 1)) if 0 < rate < 1 else rate
