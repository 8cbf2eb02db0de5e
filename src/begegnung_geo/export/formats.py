# SPDX-License-Identifier: MIT
"""The same rows in four formats; equal rows give equal bytes."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from begegnung_geo.crs import WGS84
from begegnung_geo.export.text import neutralise
from begegnung_geo.files import write_bytes
from begegnung_geo.hostile_text import is_formula_like

_DEGREE_DECIMALS = 6
_DATE_FALLBACK = "1980-01-01"  # the earliest date a ZIP knows
_MEMBER_DATE = (1980, 1, 1, 0, 0, 0)
_GEOMETRY_TYPES = {
    "begegnungsorte": "Point",
    "districts": "MultiPolygon",
    "gaps": "MultiPolygon",
    "hot_spots": "MultiPolygon",
    "reach_areas": "MultiPolygon",
}
_COLUMN_WIDTH = 22
_YES, _NO = "ja", "nein"


def write_csv(path: Path, rows: pd.DataFrame) -> None:
    """
    Write a table as German office programs read it.

    UTF-8 with BOM, semicolon, decimal comma, CRLF; ja/nein for booleans, nothing for
    null. Text that begins like a formula gets an apostrophe in front.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(rows.columns)
    columns = [[_format_cell(value) for value in rows[name]] for name in rows.columns]
    writer.writerows(zip(*columns, strict=True))
    write_bytes(path, buffer.getvalue().encode("utf-8-sig"))


def write_geojson(path: Path, rows: gpd.GeoDataFrame, *, about: Mapping[str, Any]) -> None:
    """Write a layer by RFC 7946: WGS 84, six decimals, outer rings counter-clockwise; `about` as member."""
    shapes = shapely.force_2d(rows.geometry.to_crs(WGS84).to_numpy())
    shapes = shapely.orient_polygons(shapely.set_precision(shapes, 10**-_DEGREE_DECIMALS))
    properties = pd.DataFrame(rows).drop(columns="geometry").to_dict("records")
    features = [
        {
            "type": "Feature",
            "geometry": _round_coordinates(json.loads(shapely.to_geojson(shape))),
            "properties": {name: _to_json(value) for name, value in row.items()},
        }
        for shape, row in zip(shapes, properties, strict=True)
    ]
    head = json.dumps({"type": "FeatureCollection", "about": about}, ensure_ascii=False)[:-1]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features)
    write_bytes(path, f'{head}, "features": [\n{lines}\n]}}\n'.encode())


def write_geopackage(
    path: Path, layers: Mapping[str, pd.DataFrame], *, data_date: str, styles: Mapping[str, str]
) -> None:
    """
    Write layers and plain tables into one GeoPackage, dated with the data and not with the clock.

    `styles` (layer -> QML) become the table `layer_styles`, from which QGIS takes the look
    of a layer by itself.
    """
    if styles:
        layers = {**layers, "layer_styles": _build_style_rows(styles, day=data_date[:10] or _DATE_FALLBACK)}
    stamp = f"{data_date[:10] or _DATE_FALLBACK}T00:00:00.000Z"
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.gpkg"
        # The draft needs no fsync of SQLite's: it is copied into place whole.
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp, "OGR_SQLITE_SYNCHRONOUS": "OFF"})
        try:
            for i, (name, rows) in enumerate(layers.items()):
                kind = {"geometry_type": _GEOMETRY_TYPES[name]} if name in _GEOMETRY_TYPES else {}
                pyogrio.write_dataframe(rows, draft, layer=name, driver="GPKG", append=i > 0, **kind)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None, "OGR_SQLITE_SYNCHRONOUS": None})
        write_bytes(path, draft.read_bytes())


def _build_style_rows(styles: Mapping[str, str], *, day: str) -> pd.DataFrame:
    """Return rows as QGIS writes and looks for them; names of the columns are QGIS's."""
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": layer,
            "f_geometry_column": "geom",
            "styleName": "begegnung_geo",
            "styleQML": qml,
            "styleSLD": "",
            "useAsDefault": True,
            "description": "",
            "owner": "",
            "ui": None,
            "update_time": f"{day}T00:00:00.000Z",
        }
        for layer, qml in sorted(styles.items())
    ]
    return pd.DataFrame(rows)


def write_workbook(path: Path, sheets: Mapping[str, pd.DataFrame], *, title: str, data_date: str) -> None:
    """Write one sheet a table: header frozen and filterable, every text a text, also `=1+1`."""
    from openpyxl import Workbook  # noqa: PLC0415  # 0.3 s that other commands need not wait

    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "begegnung_geo"
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for i in range(len(rows.columns)):
            sheet.column_dimensions[_letter_column(i)].width = _COLUMN_WIDTH
        sheet.auto_filter.ref = f"A1:{_letter_column(len(rows.columns) - 1)}{len(rows) + 1}"
        sheet.append([_build_cell(sheet, str(column), is_bold=True) for column in rows.columns])
        for row in rows.itertuples(index=False):
            sheet.append([_build_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    write_bytes(path, fix_dates(buffer.getvalue(), data_date[:10] or _DATE_FALLBACK))


def _build_cell(sheet: Any, value: Any, *, is_bold: bool = False) -> Any:  # noqa: ANN401
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    if not is_bold and not isinstance(value, str):
        return None if pd.isna(value) else (_YES if value else _NO) if isinstance(value, bool) else value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"  # openpyxl takes "=..." for a formula
    cell.quotePrefix = is_formula_like(value)
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _letter_column(position: int) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    return str(get_column_letter(position + 1))


def fix_dates(content: bytes, day: str) -> bytes:
    """Return the workbook with one date in its properties and members instead of the clock's."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(fixed, "w") as new:
        for member in old.infolist():
            body = old.read(member)
            if member.filename == "docProps/core.xml":
                stamp = rb"\g<1>" + f"{day}T00:00:00Z".encode() + rb"\g<2>"
                body = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)", stamp, body)
            info = zipfile.ZipInfo(member.filename, date_time=_MEMBER_DATE)
            info.external_attr = 0o644 << 16
            new.writestr(info, body, compress_type=zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _format_cell(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return neutralise(value)
    if pd.isna(value):
        return ""
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, float):
        return format(int(value) if value.is_integer() else value).replace(".", ",")
    return str(value)


def _to_json(value: Any) -> Any:  # noqa: ANN401
    return None if not isinstance(value, str) and pd.isna(value) else value


def _round_coordinates(shape: dict[str, Any]) -> dict[str, Any]:
    def rounded(part: Any) -> Any:  # noqa: ANN401
        return [rounded(p) for p in part] if isinstance(part, Sequence) else round(part, _DEGREE_DECIMALS)

    return {"type": shape["type"], "coordinates": rounded(shape["coordinates"])}
