# SPDX-License-Identifier: MIT
import os
from pathlib import Path

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.raw_lock import lock_raw_folder


def test_one_at_a_time_works_in_a_folder_and_the_holder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "raw" / "city"
    with lock_raw_folder(folder):
        with pytest.raises(SourceError, match=f"process {os.getpid()}"), lock_raw_folder(folder):
            pass
        with lock_raw_folder(tmp_path / "raw" / "other"):
            pass
    with lock_raw_folder(folder):
        pass
