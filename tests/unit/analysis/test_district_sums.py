# SPDX-License-Identifier: MIT
"""Sums by district of every level."""

import numpy as np
import pandas as pd

from begegnung_geo.analysis.district_sums import index_districts

DISTRICTS = pd.DataFrame({"level": ["b", "b", "a", "b"], "district_id": ["010", "000", "1", "020"]})
DEMAND = pd.DataFrame(
    {
        "district_id_a": ["1", "1", None, "1"],
        "district_id_b": ["010", "000", "010", "999"],  # 999 is no district of the level
        "persons": [1.0, 2.0, 4.0, 8.0],
    }
)


def test_each_home_counts_in_its_district_of_each_level():
    index = index_districts(DEMAND, DISTRICTS)
    assert index.districts.to_numpy().tolist() == [["a", "1"], ["b", "000"], ["b", "010"], ["b", "020"]]
    assert index.level.tolist() == [0, 1, 1, 1]
    assert index.sum(DEMAND["persons"].to_numpy()).tolist() == [11, 2, 5, 0]


def test_nobody_and_no_district_give_empty_sums():
    index = index_districts(DEMAND[:0], DISTRICTS)
    assert index.sum(np.zeros(0)).tolist() == [0, 0, 0, 0]
    assert len(index_districts(DEMAND, DISTRICTS[:0]).sum(DEMAND["persons"].to_numpy())) == 0
