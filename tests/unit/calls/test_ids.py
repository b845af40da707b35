"""The ids that we choose: whose they are, where, and in which order they were made."""

from itertools import pairwise

from hanvisa.calls.call import new_id
from hanvisa.ids import node_of


def test_they_are_ours_tell_the_node_and_sort_by_the_time_they_were_made() -> None:
    ids = [new_id("k") for _ in range(1000)]
    assert all(one.startswith("hv-k-") and node_of(one) == "" for one in ids)
    assert all(before < after for before, after in pairwise(ids))
    assert node_of(new_id("c", "n1")) == "n1"
