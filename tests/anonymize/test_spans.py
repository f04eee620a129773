"""Span algebra: disjoint, same cover, independent of order, best name wins."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize.spans import Span, resolve

SPANS = st.lists(
    st.builds(
        lambda kind, start, length, score: Span(kind, start, start + length, score),
        st.sampled_from(["A", "B", "C"]),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from([0.4, 0.6, 0.9, 1.0]),
    ),
    max_size=12,
)


def cover(spans):
    return {place for span in spans for place in range(span.start, span.end)}


@given(SPANS)
def test_resolved_spans_are_disjoint_sorted_and_cover_the_union(spans):
    done = resolve(spans)
    assert all(a.end <= b.start for a, b in pairwise(done))
    assert cover(done) == cover(spans)


@given(SPANS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_twice_is_once(spans, rng):
    shuffled = list(spans)
    rng.shuffle(shuffled)
    assert resolve(shuffled) == resolve(spans)
    assert resolve(resolve(spans)) == resolve(spans)


@given(SPANS)
def test_a_merged_span_has_the_best_score_below_it(spans):
    for done in resolve(spans):
        inside = [span for span in spans if span.start < done.end and span.end > done.start]
        assert done.score == max(span.score for span in inside)
        assert done.entity_type in {span.entity_type for span in inside if span.score == done.score}


def test_validated_beats_longer():
    assert resolve([Span("LONG", 0, 20, 0.9), Span("CHECKED", 5, 9, 1.0)]) == (Span("CHECKED", 0, 20, 1.0),)
