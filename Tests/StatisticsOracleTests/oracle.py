"""Answers questions about statistics with scipy: a question a line on standard input, an answer a line on standard output."""

import sys

from scipy import stats


def mann_whitney(method, alternative, first, *values):
    samples = [float(value) for value in values]
    x, y = samples[: int(first)], samples[int(first) :]
    return stats.mannwhitneyu(x, y, alternative=alternative, method=method).pvalue


def fisher(alternative, a, b, c, d):
    return stats.fisher_exact([[int(a), int(b)], [int(c), int(d)]], alternative=alternative).pvalue


def binomial(tail, successes, trials, probability):
    distribution = stats.binom(int(trials), float(probability))
    return (distribution.cdf if tail == "lower" else distribution.sf)(int(successes))


def beta(p, a, b):
    return stats.beta(float(a), float(b)).ppf(float(p))


def beta_tail(x, a, b):
    return stats.beta.cdf(float(x), float(a), float(b))


def normal(z):
    return stats.norm.sf(float(z))


def normal_quantile(p):
    return stats.norm.isf(float(p))


QUESTIONS = {
    "mannWhitney": mann_whitney,
    "fisher": fisher,
    "binomial": binomial,
    "beta": beta,
    "betaTail": beta_tail,
    "normal": normal,
    "normalQuantile": normal_quantile,
}

for line in sys.stdin:
    name, *arguments = line.split()
    print(repr(float(QUESTIONS[name](*arguments))))
