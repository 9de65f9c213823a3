# SPDX-License-Identifier: Apache-2.0
"""Samples of replications, and what they say of a claim.

A verdict is *reproduced* where the whole interval of the quantity lies within what is claimed, *not reproduced* where all of
it lies outside, and *not testable* where neither is so or where nothing could be measured. The intervals of one
experiment hold together at 99 % (Bonferroni)."""

import math
import statistics

FAMILY_ERROR = 0.01

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
NOT_TESTABLE = "not testable"
COMPARED = "compared"


class Parameter:
    """One number that shapes an experiment. Without a source it is varied: is a claim true for others, too? So is one with a
    source that does not quite speak of it (vary)."""

    def __init__(self, name, value, source=None, integer=False, note="", vary=False):
        self.name, self.value, self.source, self.integer, self.note = name, value, source, integer, note
        self.is_varied = vary or source is None

    def said_source(self):
        """As the page and the manifest have it."""
        how = "varied by 25 % and 2 x, either way"
        return f"none: {how}" if self.source is None else f"{self.source}; {how}" if self.is_varied else self.source

    def varied(self):
        """A quarter and a factor of two, either way."""
        values = [self.value * factor for factor in (0.5, 0.75, 1.25, 2)]
        if self.integer:
            values = [max(1, round(value)) for value in values]
        return [value for value in dict.fromkeys(values) if value != self.value]


def _student_density(t, freedom):
    log = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    return math.exp(log - (freedom + 1) / 2 * math.log1p(t * t / freedom))


def student_quantile(tail, freedom):
    """The t that Student's distribution exceeds with probability tail < 1/2."""
    steps, width, below, t = 0, 0.0005, 0.0, 0.0
    while below < 0.5 - tail:  # Simpson's rule from 0 on
        below += width / 6 * (_student_density(t, freedom) + 4 * _student_density(t + width / 2, freedom) +
                              _student_density(t + width, freedom))
        steps += 1
        t = steps * width
    return t


class Sample:
    """What the replications of one run have measured."""

    def __init__(self, values):
        self.values = list(values)

    def mean(self):
        return statistics.fmean(self.values)

    def half_width(self, error):
        """Of the interval that leaves the mean out with probability error."""
        n = len(self.values)
        if n < 2:
            return math.inf
        return student_quantile(error / 2, n - 1) * statistics.stdev(self.values) / math.sqrt(n)


def ratio_of_means(above, below):
    """Of paired values: a sample whose mean is the ratio of their means, and whose interval is that of its linear approximation."""
    ratio, mean = math.fsum(above) / math.fsum(below), statistics.fmean(below)
    return Sample(ratio + (a - ratio * b) / mean for a, b in zip(above, below))


class Claim:
    """A statement about a quantity, with the value that was published."""

    def __init__(self, text, quantity, published, standing):
        self.text, self.quantity, self.published, self.standing = text, quantity, published, standing

    def bounds(self):
        """What the quantity must lie between; None: nothing is tested."""
        raise NotImplementedError

    def holds(self, samples):
        """For the mean, whatever its interval: for variations."""
        low, high = self.bounds()
        return low <= samples[self.quantity].mean() <= high

    def verdict(self, samples, error):
        low, high = self.bounds()
        sample = samples[self.quantity]
        mean, half = sample.mean(), sample.half_width(error)
        if low <= mean - half and mean + half <= high:
            return REPRODUCED
        return NOT_REPRODUCED if mean + half < low or mean - half > high else NOT_TESTABLE


class Near(Claim):
    """The quantity is the published value, but for a part of it."""

    def __init__(self, text, quantity, published, tolerance, standing="verified"):
        super().__init__(text, quantity, published, standing)
        self.tolerance = tolerance

    def bounds(self):
        return self.published * (1 - self.tolerance), self.published * (1 + self.tolerance)


class AtMost(Claim):
    """The quantity is no larger, but for a part of it."""

    def __init__(self, text, quantity, published, standing="verified", tolerance=0):
        super().__init__(text, quantity, published, standing)
        self.tolerance = tolerance

    def bounds(self):
        return -math.inf, self.published * (1 + self.tolerance)


class AtLeast(Claim):
    """The quantity is no smaller."""

    def __init__(self, text, quantity, published, standing="verified"):
        super().__init__(text, quantity, published, standing)

    def bounds(self):
        return self.published, math.inf


class Compared(Claim):
    """A value that is recalled, not read in the source, or that was put in: shown beside what is measured, and nothing is
    claimed of it."""

    def __init__(self, text, quantity, published, standing="recalled"):
        super().__init__(text, quantity, published, standing)

    def bounds(self):
        return None

    def holds(self, samples):
        return False

    def verdict(self, samples, error):
        return COMPARED


class NotTestable(Claim):
    """What a simulation of this kind cannot tell."""

    def __init__(self, text, why, standing="verified"):
        super().__init__(text, None, None, standing)
        self.why = why

    def bounds(self):
        return None

    def holds(self, samples):
        return False

    def verdict(self, samples, error):
        return NOT_TESTABLE
