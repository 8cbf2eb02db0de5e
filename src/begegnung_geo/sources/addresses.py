# SPDX-License-Identifier: MIT
"""The official address register of North Rhine-Westphalia (Gebäudereferenzen, `gebref.txt`)."""

import codecs
import logging
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely
from pyproj import CRS, Transformer

from begegnung_geo.crs import require_metric
from begegnung_geo.errors import SourceError
from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue

_LOG = logging.getLogger(__name__)
REGISTER_CRS = CRS.from_epsg(25832)
REGISTER_COLUMNS = [
    "nba",
    "oid",
    "qua",
    "landschl",
    "land",
    "regbezschl",
    "regbez",
    "kreisschl",
    "kreis",
    "gmdschl",
    "gmd",
    "ottschl",
    "ott",
    "strschl",
    "str",
    "hnr",
    "adz",
    "zone",
    "ostwert",
    "nordwert",
    "datum",
]
_USED_COLUMNS = ["oid", "qua", "gmd", "str", "hnr", "adz", "ostwert", "nordwert"]
_ZONE_PREFIX = 32_000_000  # EPSG:4647 writes the UTM zone before the easting
_SHOWN_COLUMNS = ["line", "str", "ostwert", "nordwert"]
# The strip of the zone with its neighbours, from the Alps to Denmark: what lies outside is no
# address but a broken line.
_EAST_RANGE_M = (100_000.0, 900_000.0)
_NORTH_RANGE_M = (5_000_000.0, 6_300_000.0)
_LISTED_MAX = 50  # broken lines listed one by one; the rest is counted in one line
_BLOCK_BYTES = 8 << 20
_SURVEYED = ("A", "B")


def read_address_register(
    path: Path, *, crs: CRS | str, clip: shapely.Geometry | None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Read the register in pieces, so that four million rows need little memory.

    Parameters
    ----------
    path
        `gebref.txt` (21 columns, `;`, no header, decimal comma, UTF-8, else
        Latin-1) in EPSG:25832 or EPSG:4647, or the ZIP it comes in.
    crs
        Metric CRS to convert to.
    clip
        Area in the metric CRS; addresses on its border count as inside. None keeps all.

    Returns
    -------
    addresses
        Table `addresses` with source `register`, Point, metric CRS, in file order. The
        register has no postcodes. Quality is A or B for surveyed points, else C.
    issues
        Table `issues`: lines that are broken or without usable coordinates (they may lie
        anywhere in the file's area), repeated ids, the number of pseudo addresses.

    Raises
    ------
    SourceError
        If the file is missing, empty, or no line of it has the register's form.
    """
    metric = require_metric(crs, where=str(path))
    faults = _Faults()
    parts = list(_read_parts(path, faults=faults, metric=metric, clip=clip))
    houses = _clean_texts(pd.concat(parts, ignore_index=True))
    repeat = houses.groupby("oid").cumcount()
    issues = [
        _report_encoding(faults, path),
        _report_lines(faults.lines, path),
        count_issue(
            path.name,
            IssueCode.ADDRESS_INVALID,
            count=int((repeat > 0).sum()),
            text="the object id (oid) repeats; all rows are kept, the later ones with #2, #3 ...",
        ),
        count_issue(
            path.name,
            IssueCode.ADDRESS_PSEUDO,
            count=int((houses["quality"] == "C").sum()),
            text="pseudo address: the point is not that of the building",
        ),
    ]
    addresses = gpd.GeoDataFrame(
        {
            "address_id": houses["oid"].where(repeat == 0, houses["oid"] + "#" + (repeat + 1).astype("str")),
            "source": pd.Series("register", index=houses.index, dtype="str"),
            "street": houses["str"],
            "house_number": houses["house_number"],
            "postcode": pd.Series(None, index=houses.index, dtype="str"),
            "city": houses["gmd"],
            "quality": houses["quality"],
        },
        geometry=gpd.points_from_xy(houses["x"], houses["y"]),
        crs=metric,
    )
    _LOG.info("%s: %d addresses kept, %d lines broken", path.name, len(addresses), len(faults.lines))
    return addresses, concat_issues(issues)


@dataclass
class _Faults:
    """What is wrong with a file, gathered while it streams by."""

    encoding: str = "utf8"
    skipped: list[int] = field(default_factory=list)  # physical lines that are no rows, rising
    lines: list[tuple[int, str]] = field(default_factory=list)

    def skip(self, row: pa_csv.InvalidRow) -> str:
        self.skipped.append(row.number)
        if row.text.strip():
            self.lines.append((row.number, f"{row.actual_columns} columns instead of {row.expected_columns}"))
        return "skip"


def _read_parts(
    path: Path, *, faults: _Faults, metric: CRS, clip: shapely.Geometry | None
) -> Iterator[pd.DataFrame]:
    to_metric = Transformer.from_crs(REGISTER_CRS, metric, always_xy=True)
    if clip is not None:
        shapely.prepare(clip)
    line = usable_count = 0
    for batch in _read_batches(path, faults):
        houses = _locate(batch.to_pandas().astype("str"))
        houses["line"] = _number_lines(len(houses), line, faults.skipped)
        line = int(houses["line"].iloc[-1]) if len(houses) else line
        houses = houses[houses[_SHOWN_COLUMNS[1:]].notna().any(axis=1)]
        is_usable = houses["x"].notna() & houses["str"].notna()
        faults.lines += [
            (number, f"street {street}, east {east}, north {north}: no usable address")
            for number, street, east, north in houses.loc[~is_usable, _SHOWN_COLUMNS]
            .fillna("?")
            .itertuples(index=False)
        ]
        usable_count += int(is_usable.sum())
        houses = houses[is_usable]
        if not metric.equals(REGISTER_CRS):
            x, y = to_metric.transform(houses["x"].to_numpy(), houses["y"].to_numpy())
            houses = houses.assign(x=x, y=y)
        yield houses if clip is None else houses[shapely.intersects_xy(clip, houses["x"], houses["y"])]
    if not usable_count:
        first = next((f"; line {line}: {text}" for line, text in sorted(faults.lines)), "")
        raise _no_register(path, f"no line has 21 columns with a street and coordinates{first}")


def _read_batches(path: Path, faults: _Faults) -> Iterator[pa.RecordBatch]:
    with _open_text(path) as file:
        faults.encoding = _find_encoding(file)
        file.seek(0)
        try:
            reader = pa_csv.open_csv(
                file,
                read_options=pa_csv.ReadOptions(
                    column_names=REGISTER_COLUMNS,
                    use_threads=False,  # line numbers are known only then
                    encoding=faults.encoding,
                    block_size=_BLOCK_BYTES,
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=";", quote_char=False, ignore_empty_lines=False, invalid_row_handler=faults.skip
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(REGISTER_COLUMNS, pa.string()),
                    include_columns=_USED_COLUMNS,
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
            yield from reader
        except pa.ArrowInvalid as error:
            raise _no_register(path, str(error)) from error


@contextmanager
def _open_text(path: Path) -> Iterator[IO[bytes]]:
    if not path.is_file():
        raise SourceError(
            f"there is no file {path.name}", where=str(path), hint="check the path, or run `make fetch`"
        )
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty", where=str(path), hint="fetch the file again")
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.lower().endswith("gebref.txt"))
            if not names:
                raise _no_register(path, f"the ZIP holds {', '.join(archive.namelist()[:5])}, no gebref.txt")
            with archive.open(names[0]) as file:
                yield file
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _no_register(path, str(error)) from error


def _find_encoding(file: IO[bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_BLOCK_BYTES):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf8"


def _no_register(path: Path, reason: str) -> SourceError:
    return SourceError(
        f"{path.name} is no address register of North Rhine-Westphalia",
        where=f"{path}: {reason}",
        hint="give gebref.txt from gebref_EPSG25832_ASCII.zip (opengeodata.nrw.de)",
    )


def _number_lines(count: int, after: int, skipped: list[int]) -> np.ndarray:
    """Return the physical lines of the next `count` rows behind line `after`."""
    passed = [line for line in skipped[bisect_right(skipped, after) :] if line > after]
    candidates = np.arange(after + 1, after + 1 + count + len(passed))
    return np.setdiff1d(candidates, passed, assume_unique=True)[:count]


def _locate(texts: pd.DataFrame) -> pd.DataFrame:
    x, y = _parse_metres(texts["ostwert"]), _parse_metres(texts["nordwert"])
    x = x.mask(x > _ZONE_PREFIX, x - _ZONE_PREFIX)
    is_inside = x.between(*_EAST_RANGE_M) & y.between(*_NORTH_RANGE_M)
    return texts.assign(x=x.where(is_inside), y=y.where(is_inside))


def _parse_metres(texts: pd.Series) -> pd.Series:
    return pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce").astype("float64")


def _clean_texts(houses: pd.DataFrame) -> pd.DataFrame:
    texts = {column: _strip(houses[column]) for column in ("oid", "qua", "gmd", "str", "hnr", "adz")}
    quality = texts["qua"].str.upper()
    number = texts["hnr"].fillna("").str.lstrip("0") + texts["adz"].fillna("")
    line_ids = "line/" + houses["line"].astype("str")
    return houses.assign(
        oid=texts["oid"].fillna(line_ids),
        gmd=texts["gmd"],
        str=texts["str"],
        quality=quality.where(quality.isin(_SURVEYED), "C").astype("str"),
        house_number=number.mask(number == "").astype("str"),
    )


def _strip(texts: pd.Series) -> pd.Series:
    stripped = texts.str.replace(r"[\x00-\x1f\x7f]", "", regex=True).str.strip()
    return stripped.mask(stripped == "").astype("str")


def _report_encoding(faults: _Faults, path: Path) -> pd.DataFrame:
    note = "not UTF-8; read as Latin-1: check the umlauts"
    count = int(faults.encoding != "utf8")
    return count_issue(path.name, IssueCode.ENCODING_FALLBACK, count=count, text=note)


def _report_lines(lines: list[tuple[int, str]], path: Path) -> pd.DataFrame:
    lines = sorted(lines)
    listed, rest = lines[:_LISTED_MAX], lines[_LISTED_MAX:]
    code = IssueCode.ADDRESS_INVALID
    first = build_issues(
        path.name, code, rows=[number for number, _ in listed], texts=[text for _, text in listed]
    )
    more = count_issue(path.name, code, count=len(rest), text="further lines without a usable address")
    return concat_issues([first, more])
