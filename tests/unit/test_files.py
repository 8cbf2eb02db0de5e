# SPDX-License-Identifier: MIT
import hashlib
from pathlib import Path

import pytest

from begegnung_geo.files import hash_file, remove_leftovers, replace_atomically, write_bytes


def test_file_appears_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_bytes(tmp_path / "deep" / "a.txt", b"new")
    assert (tmp_path / "deep" / "a.txt").read_bytes() == b"new"
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["a.txt"]


def test_failing_block_keeps_the_old_file_and_removes_the_new_one(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.txt", b"old")
    with pytest.raises(FileNotFoundError), replace_atomically(tmp_path / "a.txt") as part:
        part.write_bytes((tmp_path / "missing").read_bytes())
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_leftovers_of_a_kill_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / ".a.txt.xyz.part").write_bytes(b"half")
    (tmp_path / "b.part").write_bytes(b"mine")
    remove_leftovers(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["b.part"]


def test_hash_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    content = b"x" * 3_000_000
    write_bytes(tmp_path / "big", content)
    assert hash_file(tmp_path / "big") == hashlib.sha256(content).hexdigest()
