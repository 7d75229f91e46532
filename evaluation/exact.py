"""Exact (Clopper-Pearson) limits of a rate, which hold however few the rows are, and where all or none count."""


def lower_limit(k: int, n: int, delta: float = 0.025) -> float:
    """Lower one-sided 1 - `delta` limit of a rate with k of n: the smallest under which k or more are not too rare."""
    from scipy.stats import beta

    return float(beta.ppf(delta, k, n - k + 1)) if k else 0.0


def upper_limit(k: int, n: int, delta: float = 0.025) -> float:
    """Upper one-sided 1 - `delta` limit of a rate with k of n; 1 where all are, or n is 0."""
    from scipy.stats import beta

    return float(beta.ppf(1 - delta, k + 1, n - k)) if k < n else 1.0


def binomial_tail(k: int, n: int, rate: float) -> float:
    """P(at most k of n) if the rate is `rate`."""
    from scipy.stats import binom

    return float(binom.cdf(k, n, rate))
