# SPDX-License-Identifier: MIT
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.config import build_profile
from begegnung_geo.errors import SourceError
from begegnung_geo.sources.archives import ClipCount, clip_grid, clip_register, open_member

RULES = build_profile(
    {"city": {"key": "x", "name": "X"}, "sources": {"osm": {"file": "x.osm.pbf"}}}, where="test"
).fetch
HEADER = b"GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner\n"
BOX = (4_100_000.0, 3_100_000.0, 4_101_000.0, 3_101_000.0)


def cell(x: int, y: int, persons: str = "5", *, encoding: str = "utf-8") -> bytes:
    return f"CRS3035RES100mN{y - 50}E{x - 50};{x};{y};{persons}\n".encode(encoding)


def clip(content: bytes, target: Path) -> tuple[ClipCount, bytes]:
    count = clip_grid(io.BytesIO(content), target, box=BOX)
    return count, target.read_bytes()


def test_clip_grid_keeps_the_cells_in_the_box_with_its_border_and_their_bytes(tmp_path: Path) -> None:
    inside = cell(4_100_050, 3_100_950, "–") + cell(4_101_000, 3_101_000, "12,5")
    outside = cell(4_101_050, 3_100_050) + cell(4_100_050, 3_099_950)

    count, written = clip(HEADER + outside + inside, tmp_path / "c.csv")

    assert written == HEADER + inside
    assert count == ClipCount(read=4, kept=2, malformed=0)


def test_clip_grid_leaves_an_old_encoding_as_it_is(tmp_path: Path) -> None:
    row = cell(4_100_050, 3_100_050, "–", encoding="cp1252")  # 0x96, no UTF-8
    assert clip(HEADER + row, tmp_path / "c.csv")[1] == HEADER + row


def test_clip_grid_counts_rows_it_cannot_read_and_goes_on(tmp_path: Path) -> None:
    good = cell(4_100_050, 3_100_050)
    broken = b"too;few\n" + b"id;nowhere;3100050;4\n" + b"id;;;\n" + b"a;b;c;d;e;f\n"

    count, written = clip(HEADER + broken + good, tmp_path / "c.csv")

    assert written == HEADER + good
    assert count == ClipCount(read=5, kept=1, malformed=4)


def test_clip_grid_finds_its_columns_by_name_in_any_order_and_with_windows_line_ends(tmp_path: Path) -> None:
    content = b'"Einwohner";"Y_MP_100m";"X_MP_100m"\r\n7;3100050;4100050\r\n8;1;1\r\n'
    count, written = clip(content, tmp_path / "c.csv")
    assert written.splitlines()[1:] == [b"7;3100050;4100050"]
    assert (count.read, count.kept) == (2, 1)


@pytest.mark.parametrize("header", [b"a;b;c\n", b"\xff\xfe\x00;x\n", b"x_mp_100m;x_mp_1km;y_mp_100m\n"])
def test_clip_grid_refuses_a_table_without_one_x_and_one_y(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(SourceError, match="no columns x_mp"):
        clip(header + b"1;2;3\n", tmp_path / "c.csv")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(4_099_000, 4_102_000), st.integers(3_099_000, 3_102_000)), max_size=60))
def test_clip_grid_agrees_with_a_plain_loop(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[int, int]]
) -> None:
    rows = [cell(x, y) for x, y in cells]
    expected = [
        row
        for row, (x, y) in zip(rows, cells, strict=True)
        if BOX[0] <= x <= BOX[2] and BOX[1] <= y <= BOX[3]
    ]

    count, written = clip(HEADER + b"".join(rows), tmp_path_factory.mktemp("clip") / "c.csv")

    assert written == HEADER + b"".join(expected)
    assert count == ClipCount(read=len(rows), kept=len(expected), malformed=0)


def address(kreis: str, gemeinde: str = "000", *, street: str = "Weg", regbez: str = "9") -> bytes:
    fields = [
        "N",
        "DENW1",
        "A",
        "05",
        "Nordrhein-Westfalen",
        regbez,
        "Arnsberg",
        kreis,
        "Kreis",
        gemeinde,
        "Ort",
    ]
    fields += [
        "0000",
        "Ortsteil",
        "00001",
        street,
        "12",
        "a",
        "32",
        "393000,123",
        "5707000,456",
        "2024-01-01",
    ]
    return ";".join(fields).encode() + b"\n"


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_clip_register_keeps_one_municipality_by_its_four_keys(tmp_path: Path, bom: bytes) -> None:
    wanted = address("13") + address("13", street='Straße "am Markt')
    others = address("14") + address("13", "004") + address("13", regbez="5")
    target = tmp_path / "g.txt"

    count = clip_register(io.BytesIO(bom + wanted + others), target, ags="05913000")

    assert target.read_bytes() == wanted
    assert count == ClipCount(read=5, kept=2, malformed=0)


def test_clip_register_reads_keys_with_and_without_leading_zeros(tmp_path: Path) -> None:
    target = tmp_path / "g.txt"
    count = clip_register(io.BytesIO(address("8", "4") + address("08", "004")), target, ags="05908004")
    assert count.kept == 2


def test_clip_register_refuses_another_layout(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has 3 columns, 21 are expected"):
        clip_register(io.BytesIO(b"a;b;c\n"), tmp_path / "g.txt", ags="05913000")


def test_open_member_finds_a_member_in_a_folder_whatever_its_case(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("daten/Zensus2022.CSV", b"inhalt")
    with open_member(path, "zensus2022.csv", rules=RULES) as stream:
        assert stream.read() == b"inhalt"


def test_open_member_refuses_two_members_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/t.csv", b"1")
        archive.writestr("b/t.csv", b"2")
    with pytest.raises(SourceError, match="has 2 member"), open_member(path, "t.csv", rules=RULES):
        pass


def test_open_member_refuses_an_archive_with_a_list_too_long_to_hold(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(12_000):
            archive.writestr(f"{number:060d}", b"")
    with pytest.raises(SourceError, match="far too many members"), open_member(path, "t.csv", rules=RULES):
        pass


def test_open_member_refuses_an_encrypted_member(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t.csv", b"secret")
    content = bytearray(path.read_bytes())
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(content))
    with pytest.raises(SourceError, match="is encrypted"), open_member(path, "t.csv", rules=RULES):
        pass
