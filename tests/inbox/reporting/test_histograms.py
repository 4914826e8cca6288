"""Percentiles from classes of times stay within 2.5 % of the true ones."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.reporting import histograms
from inbox.reporting.tallies import percentile

TIMES = st.lists(st.integers(0, 5_000_000), min_size=1, max_size=60)


@given(TIMES, st.sampled_from([1, 25, 50, 90, 99, 100]))
def test_within_two_and_a_half_percent(times: list[int], share: float) -> None:
    true, told = percentile(sorted(times), share), histograms.percentile(histograms.of(times), share)
    assert true is not None
    assert told is not None
    assert abs(told - true) <= 0.025 * true


@given(TIMES, TIMES)
def test_two_together_are_their_sum(one: list[int], other: list[int]) -> None:
    assert histograms.of(one) + histograms.of(other) == histograms.of(one + other)


@given(TIMES)
def test_kept_and_read_again(times: list[int]) -> None:
    made = histograms.of(times)
    assert histograms.unpack(histograms.pack(made)) == made


def test_none_and_odd_ones() -> None:
    assert histograms.percentile(histograms.of([]), 50) is None
    assert histograms.unpack(histograms.pack(0)) == 0
    assert histograms.percentile(histograms.of([-5]), 50) == 0
    longest = histograms.percentile(histograms.of([10**12]), 50)
    assert longest == pytest.approx(histograms.LONGEST, rel=0.025)


def test_a_month_of_a_large_firm_takes_little_room() -> None:
    drawn = random.Random(1)
    times = [int(drawn.lognormvariate(8.5, 1.5)) for _ in range(40_000)]
    assert len(histograms.pack(histograms.of(times))) < 1_000
